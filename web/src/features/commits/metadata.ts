/** A commit's metadata, told apart: what a run was given, what it measured, how it ran, and everything else. */
import type { Commit } from '../../api/types';

export interface RunFacts {
  run: string;
  runId?: string;
  sweep?: string;
  status?: string;
  exitCode?: string;
  inputCommit?: string;
  argv?: string[];
  durationMs?: number;
  startedMs?: number;
  codeId?: string;
  gitSha?: string;
  gitIsDirty: boolean;
  packagesId?: string;
  data?: string[];
  environment?: Record<string, string>;
}

export interface CommitMetadata {
  parameters: [string, string][];
  metrics: [string, string][];
  /** Only of commits that a run made. */
  run?: RunFacts;
  /** What is none of the above, as it is. */
  others: [string, string][];
}

const parameterPrefix = 'param.';
const metricPrefix = 'metric.';
/** What `RunFacts` tells; the names are those of src/runner/record.cc. */
const runPrefix = 'anabranch.';

export function partMetadata(metadata: Commit['metadata']): CommitMetadata {
  const entries = Object.entries(metadata ?? {}).sort(([a], [b]) => a.localeCompare(b, 'en'));
  const isRun = metadata?.['anabranch.run'] !== undefined;
  const below = (prefix: string): [string, string][] =>
    entries
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, value]) => [name.slice(prefix.length), value]);
  return {
    parameters: below(parameterPrefix),
    metrics: below(metricPrefix),
    run: isRun ? runFacts(metadata) : undefined,
    others: entries.filter(
      ([name]) =>
        !name.startsWith(parameterPrefix) &&
        !name.startsWith(metricPrefix) &&
        !(isRun && name.startsWith(runPrefix)),
    ),
  };
}

function runFacts(metadata: Record<string, string>): RunFacts {
  const text = (name: string) => metadata[runPrefix + name] || undefined;
  const seconds = (name: string) => {
    const value = Number(text(name) ?? Number.NaN);
    return Number.isFinite(value) ? value * 1000 : undefined;
  };
  return {
    run: text('run') ?? '',
    runId: text('run_id'),
    sweep: text('sweep'),
    status: text('status'),
    exitCode: text('exit_code'),
    inputCommit: text('input_commit'),
    argv: texts(text('argv')),
    durationMs: seconds('duration_seconds'),
    startedMs: seconds('started_seconds'),
    codeId: text('code'),
    gitSha: text('git_sha'),
    gitIsDirty: text('git_dirty') === 'true',
    packagesId: text('packages'),
    data: texts(text('data')),
    environment: environment(text('environment')),
  };
}

function parse(json: string | undefined): unknown {
  try {
    return JSON.parse(json ?? 'null');
  } catch {
    return null;
  }
}

function texts(json: string | undefined): string[] | undefined {
  const value = parse(json);
  return Array.isArray(value) && value.length > 0 ? value.map(String) : undefined;
}

function environment(json: string | undefined): Record<string, string> | undefined {
  const value = parse(json);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const entries = Object.entries(value).map(([name, each]) => [name, String(each)]);
  return entries.length > 0 ? (Object.fromEntries(entries) as Record<string, string>) : undefined;
}

/** The words as one would type them into a shell. */
export function shellCommand(argv: readonly string[]): string {
  return argv
    .map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`))
    .join(' ');
}

/** "First line" of a message, or what stands for an empty one. */
export function titleOf(message: string): string {
  return message.trim().split('\n', 1)[0] || '(no message)';
}

/** What follows the first line. */
export function bodyOf(message: string): string {
  const text = message.trim();
  const end = text.indexOf('\n');
  return end === -1 ? '' : text.slice(end).trim();
}

/** Whether a filter's text, in lower case, is in the message or begins the id. */
export function matchesText(commit: Commit, text: string): boolean {
  return commit.message.toLowerCase().includes(text) || commit.id.startsWith(text);
}
