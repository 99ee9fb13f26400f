import { useEffect, useState, type ComponentType, type ReactElement } from 'react';

/** Messages in the corner: their code comes after the page's. */
export function LazyToasts(): ReactElement | null {
  const [loaded, setLoaded] = useState<{ Toasts: ComponentType }>();
  useEffect(() => {
    void import('./Toasts').then(setLoaded);
  }, []);
  return loaded ? <loaded.Toasts /> : null;
}
