import classes from './CurvesChart.module.css';

export interface TooltipLine {
  color: string;
  name: string;
  value: string;
  isFocus: boolean;
}

/** The box beside the mouse. It is made anew at each move, by hand and as text: React would be too slow here. */
export class CurveTooltip {
  private readonly box = document.createElement('div');

  constructor(parent: HTMLElement) {
    this.box.className = classes.tooltip ?? '';
    this.box.hidden = true;
    parent.append(this.box);
  }

  show(title: string, lines: readonly TooltipLine[], left: number, width: number): void {
    const head = document.createElement('div');
    head.textContent = title;
    head.className = classes.tooltipTitle ?? '';
    this.box.replaceChildren(
      head,
      ...lines.map(({ color, name, value, isFocus }) => {
        const line = document.createElement('div');
        line.className = `${classes.tooltipLine} ${isFocus ? classes.focused : ''}`;
        const swatch = document.createElement('i');
        swatch.style.background = color;
        const label = document.createElement('span');
        label.textContent = name;
        const figure = document.createElement('b');
        figure.textContent = value;
        line.append(swatch, label, figure);
        return line;
      }),
    );
    this.box.hidden = false;
    const isRight = left > width / 2;
    this.box.style.transform = `translate(${Math.round(left + (isRight ? -14 : 14))}px, 12px) translateX(${isRight ? '-100%' : '0'})`;
  }

  hide(): void {
    this.box.hidden = true;
  }

  remove(): void {
    this.box.remove();
  }
}
