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
    Loaded ??= await load();
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
