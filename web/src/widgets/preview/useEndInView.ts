import { useLayoutEffect, useRef, type RefObject } from 'react';

/**
 * For what is read upwards from its end: the end is in view at first, and what comes before it later moves nothing.
 * `height` is that of all that is in the scroller, in pixels.
 */
export function useEndInView(
  scroller: RefObject<HTMLElement | null>,
  isFromEnd: boolean,
  height: number,
): void {
  const known = useRef(0);
  useLayoutEffect(() => {
    const element = scroller.current;
    if (!isFromEnd || !element) return;
    element.scrollTop += height - known.current;
    known.current = height;
  }, [scroller, isFromEnd, height]);
}
