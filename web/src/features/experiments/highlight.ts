/** The run under the mouse, in the table or in a chart. Outside React: nothing is rendered because a mouse moves. */
import { createContext, useContext } from 'react';

export class Highlight {
  private current: string | undefined;
  private readonly listeners = new Set<(run: string | undefined) => void>();

  get run(): string | undefined {
    return this.current;
  }

  set(run: string | undefined): void {
    if (run === this.current) return;
    this.current = run;
    for (const listener of this.listeners) listener(run);
  }

  subscribe(listener: (run: string | undefined) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}

export const HighlightContext = createContext(new Highlight());

export function useHighlight(): Highlight {
  return useContext(HighlightContext);
}
