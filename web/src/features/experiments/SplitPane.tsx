import { useLocalStorage } from '@mantine/hooks';
import {
  useRef,
  type CSSProperties,
  type KeyboardEvent,
  type PointerEvent,
  type ReactElement,
  type ReactNode,
} from 'react';
import classes from './SplitPane.module.css';

const [shareMin, shareMax, shareUsual, keyStep] = [20, 80, 54, 5];

/** Two parts side by side with a border that moves; one above the other where it is narrow. */
export function SplitPane({
  left,
  right,
  label,
}: {
  left: ReactNode;
  right: ReactNode;
  label: string;
}): ReactElement {
  const frame = useRef<HTMLDivElement>(null);
  const [share, setShare] = useLocalStorage({ key: 'anabranch.experiments-split', defaultValue: shareUsual });
  const set = (next: number) => setShare(Math.round(Math.max(shareMin, Math.min(shareMax, next))));
  const onPointerMove = (event: PointerEvent) => {
    const box = frame.current?.getBoundingClientRect();
    if (!box || !event.currentTarget.hasPointerCapture(event.pointerId)) return;
    set((100 * (event.clientX - box.left)) / box.width);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'ArrowLeft') set(share - keyStep);
    else if (event.key === 'ArrowRight') set(share + keyStep);
    else return;
    event.preventDefault();
  };
  return (
    <div
      ref={frame}
      className={classes.frame}
      style={{ '--share': `${share}fr`, '--rest': `${100 - share}fr` } as CSSProperties}
    >
      <div className={classes.part}>{left}</div>
      <div
        className={classes.border}
        role="separator"
        aria-orientation="vertical"
        aria-label={label}
        aria-valuenow={share}
        aria-valuemin={shareMin}
        aria-valuemax={shareMax}
        tabIndex={0}
        onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
        onPointerMove={onPointerMove}
        onDoubleClick={() => set(shareUsual)}
        onKeyDown={onKeyDown}
      />
      <div className={classes.part}>{right}</div>
    </div>
  );
}
