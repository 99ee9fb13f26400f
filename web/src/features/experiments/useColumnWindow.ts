/** Which of many columns are in view; the first ones are pinned and always are. */
import { useLayoutEffect, useState, type RefObject } from 'react';

export interface PlacedColumn {
  id: string;
  label: string;
  left: number;
  width: number;
}

const overscanPixels = 300;

export interface ColumnView {
  first: number;
  end: number;
  /** Columns of which a part is out of sight: half a number reads as another one. */
  cut: string;
}

const cutsOf = (columns: readonly PlacedColumn[], from: number, to: number): string =>
  columns
    .filter(
      ({ left, width }) => (left < from - 1 && left + width > from) || (left < to && left + width > to + 1),
    )
    .map(({ id }) => id)
    .join('\n');

export function useColumnWindow(
  scroller: RefObject<HTMLElement | null>,
  columns: readonly PlacedColumn[],
  pinnedWidth: number,
): ColumnView {
  const [view, setView] = useState<ColumnView>({ first: 0, end: columns.length, cut: '' });
  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const update = () => {
      const from = element.scrollLeft - overscanPixels;
      const to = element.scrollLeft + element.clientWidth + overscanPixels;
      let first = 0;
      while (first < columns.length && right(columns[first]) < from) first += 1;
      let end = first;
      while (end < columns.length && (columns[end]?.left ?? 0) < to) end += 1;
      const { scrollLeft, clientWidth } = element;
      const cut = cutsOf(columns, scrollLeft + pinnedWidth, scrollLeft + clientWidth);
      setView((known) =>
        known.first === first && known.end === end && known.cut === cut ? known : { first, end, cut },
      );
    };
    update();
    element.addEventListener('scroll', update, { passive: true });
    const observer = new ResizeObserver(update);
    observer.observe(element);
    return () => {
      element.removeEventListener('scroll', update);
      observer.disconnect();
    };
  }, [scroller, columns, pinnedWidth]);
  return view;
}

function right(column: PlacedColumn | undefined): number {
  return (column?.left ?? 0) + (column?.width ?? 0);
}
