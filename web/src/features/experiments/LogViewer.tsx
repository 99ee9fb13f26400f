import { ActionIcon, Button, SegmentedControl, Switch, TextInput, Tooltip } from '@mantine/core';
import { ChevronDown, ChevronUp, Download, Search } from 'lucide-react';
import {
  memo,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
  type CSSProperties,
  type KeyboardEvent,
  type ReactElement,
} from 'react';
import type { LogStream } from '../../api/queries/experiments';
import type { Run } from '../../api/types';
import { useRowWindow } from '../../ui/DataTable/useRowWindow';
import { ErrorState, messageOf } from '../../ui/ErrorState';
import { formatBytes, formatCount } from '../../ui/format';
import { LoadingState } from '../../ui/LoadingState';
import classes from './LogViewer.module.css';
import type { Span, Style } from './model/log';
import { isActive } from './model/states';
import { saveText } from './save';
import { useLog, type Log } from './useLog';

const lineHeight = 19;
/** Nearer to the end than this the view follows what comes. */
const followPixels = 24;

export interface LogViewerProps {
  repository: string;
  run: Run;
  stream: LogStream;
  find: string;
  onChange: (change: { stream?: 'stderr'; find?: string }) => void;
  height?: number | string;
}

/** What a run prints, as it prints it. */
export function LogViewer(props: LogViewerProps): ReactElement {
  const { repository, run, stream, find, onChange } = props;
  const sizeBytes = stream === 'stdout' ? run.stdout_bytes : run.stderr_bytes;
  const log = useLog(repository, run.id, stream, sizeBytes);
  const [follow, setFollow] = useState(true);
  const [typed, setTyped] = useState(find);
  const [at, setAt] = useState(0);
  const count = log.text.count;
  const hits = useMemo(
    () => log.text.find(find),
    // The version tells that the text has changed.
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [log.text, log.version, find],
  );
  const hit = hits[Math.min(at, hits.length - 1)];

  const step = (by: number) =>
    setAt((known) => (hits.length === 0 ? 0 : (known + by + hits.length) % hits.length));
  const search = async (text: string) => {
    setAt(0);
    if (text !== '') await log.readAll();
    onChange({ find: text === '' ? undefined : text });
  };
  const onSearchKey = (event: KeyboardEvent) => {
    if (event.key === 'Escape') {
      setTyped('');
      void search('');
    } else if (event.key === 'Enter') {
      if (typed === find) step(event.shiftKey ? -1 : 1);
      else void search(typed);
    }
  };
  const save = async () => {
    await log.readAll();
    saveText(`${run.name}-${stream}.txt`, log.text.lines.join('\n'));
  };
  return (
    <section className={classes.viewer} aria-label={`Output of ${run.name}`} style={{ height: props.height }}>
      <div className={classes.bar}>
        <SegmentedControl
          size="xs"
          aria-label="Stream"
          value={stream}
          onChange={(value) => {
            setFollow(true);
            onChange({ stream: value === 'stderr' ? 'stderr' : undefined });
          }}
          data={[
            { value: 'stdout', label: `stdout ${formatBytes(run.stdout_bytes)}` },
            { value: 'stderr', label: `stderr ${formatBytes(run.stderr_bytes)}` },
          ]}
        />
        <TextInput
          size="xs"
          w={220}
          placeholder="Search, Enter for the next"
          aria-label="Search the output"
          leftSection={<Search size={13} aria-hidden />}
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
          onKeyDown={onSearchKey}
        />
        {find !== '' && (
          <span className={classes.hits} role="status">
            {hits.length === 0
              ? 'none found'
              : `${formatCount(Math.min(at, hits.length - 1) + 1)} of ${formatCount(hits.length)} lines`}
            <ActionIcon size="sm" aria-label="Previous line found" onClick={() => step(-1)}>
              <ChevronUp size={14} aria-hidden />
            </ActionIcon>
            <ActionIcon size="sm" aria-label="Next line found" onClick={() => step(1)}>
              <ChevronDown size={14} aria-hidden />
            </ActionIcon>
          </span>
        )}
        <span className={classes.space} />
        <Switch
          size="xs"
          label="Follow"
          checked={follow}
          onChange={(event) => setFollow(event.currentTarget.checked)}
        />
        <Tooltip label="Download all of it">
          <ActionIcon aria-label="Download the output" onClick={() => void save()}>
            <Download size={15} aria-hidden />
          </ActionIcon>
        </Tooltip>
      </div>
      {log.error !== undefined && count === 0 ? (
        <ErrorState title="The output could not be read" error={log.error} onRetry={log.retry} />
      ) : log.isPending && sizeBytes > 0 ? (
        <LoadingState rows={8} label="Loading the output" />
      ) : count === 0 ? (
        <div className={classes.empty}>
          {isActive(run.state) ? `Nothing on ${stream} yet` : `The run printed nothing on ${stream}`}
        </div>
      ) : (
        <Lines
          key={stream}
          log={log}
          stream={stream}
          find={find}
          hit={hit}
          follow={follow}
          onFollow={setFollow}
        />
      )}
      {log.before > 0 && count > 0 && (
        <div className={classes.note}>
          {formatBytes(log.before)} before this are read when you scroll up.
          <Button size="compact-xs" variant="subtle" onClick={() => void log.readAll()}>
            Read all
          </Button>
        </div>
      )}
      {log.error !== undefined && count > 0 && (
        <div className={classes.note} role="alert">
          {messageOf(log.error)}
          <Button size="compact-xs" variant="subtle" onClick={log.retry}>
            Try again
          </Button>
        </div>
      )}
    </section>
  );
}

/** The lines in view. Mounted with its scroller, which it measures. */
function Lines({
  log,
  stream,
  find,
  hit,
  follow,
  onFollow: setFollow,
}: {
  log: Log;
  stream: LogStream;
  find: string;
  hit: number | undefined;
  follow: boolean;
  onFollow: (follow: boolean) => void;
}): ReactElement {
  const scroller = useRef<HTMLDivElement>(null);
  const { count } = log.text;
  const view = useRowWindow(scroller, count, lineHeight, 0);
  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element) return;
    if (follow) element.scrollTop = element.scrollHeight;
  }, [follow, log.version]);
  useLayoutEffect(() => {
    const element = scroller.current;
    if (element && log.prepended > 0 && !follow) element.scrollTop += log.prepended * lineHeight;
    // Only what was just put before moves what is seen.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [log.version]);
  const { scrollTo } = view;
  useEffect(() => {
    if (hit === undefined) return;
    setFollow(false);
    scrollTo(hit);
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [hit, find]);

  const onScroll = () => {
    const element = scroller.current;
    if (!element) return;
    const isAtEnd = element.scrollHeight - element.scrollTop - element.clientHeight < followPixels;
    if (follow !== isAtEnd) setFollow(isAtEnd);
    if (element.scrollTop < followPixels && log.before > 0 && !isAtEnd) void log.readBefore();
  };
  const digits = String(count).length;
  const indexes = Array.from(
    { length: Math.max(0, view.end - view.first) },
    (_, index) => view.first + index,
  );
  return (
    <div
      ref={scroller}
      className={classes.scroller}
      tabIndex={0}
      role="log"
      aria-label={stream}
      aria-live="off"
      onScroll={onScroll}
    >
      <div className={classes.lines} style={{ height: view.height, '--digits': digits } as CSSProperties}>
        {indexes.map((index) => (
          <div
            key={index}
            className={`${classes.line} ${index === hit ? classes.current : ''}`}
            style={{ transform: `translateY(${view.top(index)}px)` }}
          >
            <span className={classes.number} aria-hidden>
              {log.before > 0 ? '' : index + 1}
            </span>
            <LineText spans={log.text.spans(index)} find={find} />
          </div>
        ))}
      </div>
    </div>
  );
}

const LineText = memo(
  function LineText({ spans, find }: { spans: readonly Span[]; find: string }): ReactElement {
    return (
      <span className={classes.text}>
        {spans.map((span, index) => (
          <span key={index} className={classesOf(span.style)} style={colorsOf(span.style)}>
            {find === '' ? span.text : marked(span.text, find)}
          </span>
        ))}
      </span>
    );
  },
  (before, after) =>
    before.find === after.find && JSON.stringify(before.spans) === JSON.stringify(after.spans),
);

function marked(text: string, find: string): (string | ReactElement)[] {
  const parts: (string | ReactElement)[] = [];
  const [lower, wanted] = [text.toLowerCase(), find.toLowerCase()];
  let from = 0;
  for (let found = lower.indexOf(wanted); found !== -1; found = lower.indexOf(wanted, from)) {
    parts.push(text.slice(from, found), <mark key={found}>{text.slice(found, found + wanted.length)}</mark>);
    from = found + wanted.length;
  }
  parts.push(text.slice(from));
  return parts;
}

function classesOf({ bold, dim, italic, underline, color, background }: Style): string {
  return [
    bold && classes.bold,
    dim && classes.dim,
    italic && classes.italic,
    underline && classes.underline,
    typeof color === 'number' && classes[`c${color}`],
    typeof background === 'number' && classes[`b${background}`],
  ]
    .filter(Boolean)
    .join(' ');
}

function colorsOf({ color, background }: Style): CSSProperties | undefined {
  const style: CSSProperties = {};
  // Full colours are mixed with the text's, so that they can be read on both backgrounds.
  if (typeof color === 'string') style.color = `color-mix(in srgb, ${color} 65%, var(--mantine-color-text))`;
  if (typeof background === 'string') style.background = `color-mix(in srgb, ${background} 30%, transparent)`;
  return style;
}
