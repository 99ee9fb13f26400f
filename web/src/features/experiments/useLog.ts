/**
 * What a run printed: the end first, which is what one looks for, then what follows as it comes; what is before is read
 * when it is wanted. Offsets are bytes; the text of an answer may begin later than asked, where the server keeps less.
 */
import { useCallback, useEffect, useRef, useState } from 'react';
import { readRunLog, type LogStream } from '../../api/queries/experiments';
import { LogText } from './model/log';

const tailBytes = 256 * 1024;
const pieceBytes = 1024 * 1024;

export interface Log {
  text: LogText;
  /** Changes when the text does. */
  version: number;
  /** Bytes before what is shown. */
  before: number;
  isPending: boolean;
  error: unknown;
  /** How many lines were put before the others by the last `readBefore`. */
  prepended: number;
  readBefore: () => Promise<void>;
  readAll: () => Promise<void>;
  retry: () => void;
}

interface Kept {
  text: string;
  from: number;
  to: number;
  lines: LogText;
}

const encoder = new TextEncoder();

function bytesOf(text: string): number {
  return encoder.encode(text).length;
}

/** `sizeBytes` is what the run's record says: where it grows, the rest is read. */
export function useLog(repository: string, run: string, stream: LogStream, sizeBytes: number): Log {
  const kept = useRef<Kept>({ text: '', from: 0, to: -1, lines: new LogText() });
  const busy = useRef(false);
  const [state, setState] = useState({ version: 0, isPending: true, prepended: 0 });
  const [error, setError] = useState<unknown>();

  const changed = useCallback((prepended = 0) => {
    setState(({ version }) => ({ version: version + 1, isPending: false, prepended }));
  }, []);

  const readAfter = useCallback(async () => {
    if (busy.current) return;
    busy.current = true;
    try {
      setError(undefined);
      for (;;) {
        const known = kept.current;
        const isFirst = known.to < 0;
        const piece = await readRunLog(
          repository,
          run,
          stream,
          isFirst ? -tailBytes : known.to,
          isFirst ? tailBytes : pieceBytes,
        );
        if (kept.current !== known) return;
        if (isFirst) {
          known.from = piece.offset;
          known.to = piece.offset;
        }
        // The length of torn characters is not told: the next piece begins where this one ends in bytes.
        known.to = piece.offset + bytesOf(piece.text);
        known.text += piece.text;
        known.lines.append(piece.text);
        if (piece.text !== '' || isFirst) changed();
        if (piece.text === '' || known.to >= piece.size_bytes) return;
      }
    } catch (problem) {
      setError(problem);
    } finally {
      busy.current = false;
    }
  }, [repository, run, stream, changed]);

  const readBefore = useCallback(async () => {
    const known = kept.current;
    if (busy.current || known.from <= 0) return;
    busy.current = true;
    try {
      const begin = Math.max(0, known.from - pieceBytes);
      const piece = await readRunLog(repository, run, stream, begin, known.from - begin);
      if (kept.current !== known) return;
      const reaches = piece.offset + bytesOf(piece.text) >= known.from;
      // The server keeps the beginning and the end of very long output: what it dropped is marked.
      const gap =
        reaches || piece.offset > known.from
          ? ''
          : '\n… left out: the server keeps no more of the middle …\n';
      const text = piece.offset >= known.from ? '' : piece.text + gap;
      const linesBefore = known.lines.count;
      known.text = text + known.text;
      known.from = piece.offset >= known.from ? 0 : begin;
      known.lines = new LogText(known.text);
      changed(known.lines.count - linesBefore);
    } catch (problem) {
      setError(problem);
    } finally {
      busy.current = false;
    }
  }, [repository, run, stream, changed]);

  const readAll = useCallback(async () => {
    let last = -1;
    while (kept.current.from > 0 && kept.current.from !== last) {
      last = kept.current.from;
      await readBefore();
    }
  }, [readBefore]);

  useEffect(() => {
    kept.current = { text: '', from: 0, to: -1, lines: new LogText() };
    busy.current = false;
    setState(({ version }) => ({ version: version + 1, isPending: true, prepended: 0 }));
  }, [repository, run, stream]);
  useEffect(() => {
    if (kept.current.to < sizeBytes) void readAfter();
  }, [sizeBytes, readAfter]);

  return {
    text: kept.current.lines,
    ...state,
    before: kept.current.from,
    error,
    readBefore,
    readAll,
    retry: () => void readAfter(),
  };
}
