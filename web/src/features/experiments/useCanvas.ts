/** A canvas that fills its frame at the screen's resolution and is drawn anew when its size or what is drawn changes. */
import { useElementSize, useMergedRef } from '@mantine/hooks';
import { useEffect, useRef, type RefCallback, type RefObject } from 'react';

export interface Canvas {
  /** Of the frame, whose size the canvas takes. */
  frameRef: RefCallback<HTMLDivElement | null>;
  frame: RefObject<HTMLDivElement | null>;
  canvasRef: RefObject<HTMLCanvasElement | null>;
  width: number;
  height: number;
}

/** `draw` may answer a function that ends a drawing which goes on. */
export function useCanvas(
  draw: (context: CanvasRenderingContext2D, width: number, height: number) => (() => void) | undefined,
): Canvas {
  const { ref: sizeRef, width, height } = useElementSize<HTMLDivElement>();
  const frame = useRef<HTMLDivElement>(null);
  const frameRef = useMergedRef(sizeRef, frame) as RefCallback<HTMLDivElement | null>;
  const canvasRef = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const canvas = canvasRef.current;
    const context = canvas?.getContext('2d');
    if (!canvas || !context || width === 0 || height === 0) return;
    const ratio = devicePixelRatio;
    const [pixelWidth, pixelHeight] = [Math.round(width * ratio), Math.round(height * ratio)];
    if (canvas.width !== pixelWidth || canvas.height !== pixelHeight) {
      canvas.width = pixelWidth;
      canvas.height = pixelHeight;
    }
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    return draw(context, width, height);
  }, [draw, width, height]);
  return { frameRef, frame, canvasRef, width, height };
}

export interface ChartInk {
  soft: string;
  grid: string;
  faded: string;
  accent: string;
  font: string;
}

/** Colours of the theme, for a canvas, which knows no variables. */
export function chartInk(scheme: 'light' | 'dark'): ChartInk {
  const family = getComputedStyle(document.documentElement).getPropertyValue('--mantine-font-family');
  return scheme === 'dark'
    ? { soft: '#95a3ac', grid: '#242e35', faded: '#313d45', accent: '#46b3c4', font: `11px ${family}` }
    : { soft: '#56636c', grid: '#e9edef', faded: '#d9dfe3', accent: '#0e7a8f', font: `11px ${family}` };
}
