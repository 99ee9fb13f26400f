/**
 * Which rows of a long list are in view. Rows have one height, so that nothing is measured and a million rows cost as much
 * as ten. Browsers cap an element's height (Firefox at 17.9 million pixels): past `heightMax` the scroll bar's way is
 * shorter than the rows', and positions are scaled.
 */
import { useCallback, useLayoutEffect, useState, type RefObject } from 'react';

const heightMax = 15_000_000;
const overscan = 2;

export interface RowWindow {
  /** Rows [first, end) are to be rendered. */
  first: number;
  end: number;
  /** Of the element that holds the rows. */
  height: number;
  /** Where row `index` goes in it. */
  top: (index: number) => number;
  scrollTo: (index: number) => void;
  rowsInView: number;
}

interface View {
  scrollTop: number;
  height: number;
}

export function useRowWindow(
  scroller: RefObject<HTMLElement | null>,
  count: number,
  rowHeight: number,
  headerHeight: number,
): RowWindow {
  const [view, setView] = useState<View>({ scrollTop: 0, height: 0 });
  const fullHeight = count * rowHeight;
  const height = Math.min(fullHeight, heightMax);
  const bodyHeight = Math.max(0, view.height - headerHeight);
  // How far the rows move while the scroll bar moves one pixel.
  const ratio = height > bodyHeight ? (fullHeight - bodyHeight) / (height - bodyHeight) : 1;

  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const update = () => {
      setView((known) => {
        const next = { scrollTop: element.scrollTop, height: element.clientHeight };
        // Between two rows nothing changes, unless positions are scaled.
        const same =
          known.height === next.height &&
          (known.scrollTop === next.scrollTop ||
            (ratio === 1 &&
              Math.floor(known.scrollTop / rowHeight) === Math.floor(next.scrollTop / rowHeight)));
        return same ? known : next;
      });
    };
    update();
    element.addEventListener('scroll', update, { passive: true });
    const observer = new ResizeObserver(update);
    observer.observe(element);
    return () => {
      element.removeEventListener('scroll', update);
      observer.disconnect();
    };
  }, [scroller, rowHeight, ratio]);

  const rowsTop = view.scrollTop * ratio;
  const rowsInView = Math.max(1, Math.floor(bodyHeight / rowHeight));
  const first = Math.max(0, Math.min(count, Math.floor(rowsTop / rowHeight) - overscan));
  const end = Math.min(count, Math.ceil((rowsTop + bodyHeight) / rowHeight) + overscan);

  const scrollTo = useCallback(
    (index: number) => {
      const element = scroller.current;
      if (!element) return;
      const top = index * rowHeight;
      const shown = element.scrollTop * ratio;
      if (top < shown) element.scrollTop = top / ratio;
      else if (top + rowHeight > shown + bodyHeight) {
        element.scrollTop = Math.ceil((top + rowHeight - bodyHeight) / ratio);
      }
    },
    [scroller, rowHeight, ratio, bodyHeight],
  );
  const shift = view.scrollTop - rowsTop;
  return { first, end, height, top: (index) => index * rowHeight + shift, scrollTo, rowsInView };
}
