/** Which of many columns are in view; the first ones are pinned and always are. */
import { useLayoutEffect, useState, type RefObject } from 'react';

export interface PlacedColumn {
  id: string;
  label: string;
  left: number;
  width: number;
}

const overscanPixels = 300;

export function useColumnWindow(
  scroller: RefObject<HTMLElement | null>,
  columns: readonly PlacedColumn[],
): { first: number; end: number } {
  const [view, setView] = useState({ first: 0, end: columns.length });
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
      setView((known) => (known.first === first && known.end === end ? known : { first, end }));
    };
    update();
    element.addEventListener('scroll', update, { passive: true });
    const observer = new ResizeObserver(update);
    observer.observe(element);
    return () => {
      element.removeEventListener('scroll', update);
      observer.disconnect();
    };
  }, [scroller, columns]);
  return view;
}

function right(column: PlacedColumn | undefined): number {
  return (column?.left ?? 0) + (column?.width ?? 0);
}
