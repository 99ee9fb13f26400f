/**
 * Parts of the application whose code comes when they are needed. Not React's `lazy` and Suspense: those keep a failure for
 * ever, break the page around them, and reveal what came 300 ms late.
 */
import { notifications } from '@mantine/notifications';
import { useEffect, useState, type ComponentType, type ReactElement, type ReactNode } from 'react';
import { ErrorState } from './ErrorState';

export type PartLoader<Props> = () => Promise<ComponentType<Props>>;

export type LazyPart<Props> = ((props: Props) => ReactNode) & {
  /** Loads it ahead. Never fails: that is shown where the part is. */
  preload: () => Promise<void>;
};

const failure = new Error('The server may be away, or may have been renewed.');
const pauseMs = 2000;

/** Shows `pending` until the code is there, and where it does not come says so, with a way to try again. */
export function lazyPart<Props extends object>(
  load: PartLoader<Props>,
  pending?: (props: Props) => ReactNode,
): LazyPart<Props> {
  return makeLazy(load, pending, ({ failures, retry }) => (
    <ErrorState
      title="The code of this page could not be loaded"
      error={failure}
      // Browsers may keep the failure of a file, and a renewed server has others: then all of it is asked for anew.
      onRetry={failures > 1 ? () => window.location.reload() : retry}
    />
  ));
}

/** A control of the frame: `pending` stands for it until the code is there. */
export function lazyControl<Props extends object>(
  load: PartLoader<Props>,
  pending: (props: Props) => ReactNode,
): LazyPart<Props> {
  return makeLazy(load, pending, ({ retry, props }) => <Waiting retry={retry}>{pending(props)}</Waiting>);
}

/** What lies over the page: a failure is a notice, and the next opening tries again. */
export function lazyDialog<Props extends object>(load: PartLoader<Props>): LazyPart<Props> {
  return makeLazy(load, undefined, () => <Notice />);
}

interface Failed<Props> {
  failures: number;
  retry: () => void;
  props: Props;
}

function makeLazy<Props extends object>(
  load: PartLoader<Props>,
  pending: ((props: Props) => ReactNode) | undefined,
  failed: (how: Failed<Props>) => ReactNode,
): LazyPart<Props> {
  let Loaded: ComponentType<Props> | undefined;
  const start = async () => {
    if (Loaded) return;
    renewFailedStyles();
    const loaded = await load();
    await stylesAreThere();
    Loaded = loaded;
  };
  function Part(props: Props): ReactNode {
    const [state, setState] = useState({ failures: 0, isLoading: true });
    useEffect(() => {
      if (!state.isLoading) return;
      let isGone = false;
      const settle = (failures: number) => !isGone && setState({ failures, isLoading: false });
      start().then(
        () => settle(state.failures),
        () => settle(state.failures + 1),
      );
      return () => {
        isGone = true;
      };
    }, [state]);
    if (Loaded) return <Loaded {...props} />;
    if (state.isLoading) return pending?.(props);
    return failed({ failures: state.failures, retry: () => setState({ ...state, isLoading: true }), props });
  }
  return Object.assign(Part, { preload: () => start().catch(() => undefined) });
}

/**
 * The loader of chunks puts a <link> for their styles into the page, once for ever: whether or not they came, it never asks
 * for them again. So those that failed are asked for here.
 */
function renewFailedStyles(): void {
  for (const link of document.querySelectorAll<HTMLLinkElement>('link[rel="stylesheet"]')) {
    if (failedStyles.has(link)) link.replaceWith(link.cloneNode());
  }
}

/** The loader does not wait for styles that another part has asked for: that part may be this one, when it was loaded ahead. */
async function stylesAreThere(): Promise<void> {
  for (const link of document.querySelectorAll<HTMLLinkElement>('link[rel="stylesheet"]')) {
    if (stylesOfThePage.has(link)) continue;
    if (link.sheet === null && !failedStyles.has(link)) await settled(link);
    if (failedStyles.has(link)) throw new Error(`The styles ${link.href} did not come`);
  }
}

function settled(link: HTMLLinkElement): Promise<void> {
  return new Promise((resolve) => {
    for (const event of ['load', 'error']) link.addEventListener(event, () => resolve(), { once: true });
  });
}

/** What came, or failed, before anybody listened. */
const stylesOfThePage = new Set<Element>(document.querySelectorAll('link[rel="stylesheet"]'));
const failedStyles = new WeakSet<Element>();
// Failures of links do not bubble; they are seen on their way down.
document.addEventListener(
  'error',
  (event) => {
    if (event.target instanceof HTMLLinkElement) failedStyles.add(event.target);
  },
  true,
);

function Waiting({ retry, children }: { retry: () => void; children: ReactNode }): ReactNode {
  useEffect(() => {
    const timer = setTimeout(retry, pauseMs);
    return () => clearTimeout(timer);
  });
  return children;
}

function Notice(): ReactElement | null {
  useEffect(() => {
    notifications.show({ color: 'red', title: 'This could not be loaded', message: failure.message });
  }, []);
  return null;
}
