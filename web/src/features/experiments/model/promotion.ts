/** What a promotion asks of a run and tells of it: as `anabranch promote` does. The server makes it. */
import type { Commit, Run } from '../../../api/types';
import { comparisons, type Comparison } from './conditions';
import { toNumber } from './fields';

export interface Requirement {
  metric: string;
  comparison: Comparison;
  value: number;
}

/** `accuracy>=0.9`; a text says why it is none. */
export function readRequirement(typed: string): Requirement | string {
  const found = /^\s*([^<>=!]+?)\s*(>=|<=|!=|==?|>|<)\s*(.*?)\s*$/s.exec(typed);
  if (!found) return 'Such as accuracy>=0.9';
  const sign = found[2] === '==' ? '=' : found[2];
  const comparison = comparisons.find((each) => each === sign);
  const value = toNumber(found[3] ?? '');
  if (comparison === undefined || value === undefined) return 'A metric is compared with a number';
  return { metric: found[1] ?? '', comparison, value };
}

export function formatRequirement({ metric, comparison, value }: Requirement): string {
  return `${metric}${comparison}${value}`;
}

export type Check = { passes: boolean; text: string };

export function checkRequirement(
  { metric, comparison, value }: Requirement,
  metrics: Record<string, number>,
): Check {
  const present = metrics[metric];
  const asked = `${metric} ${comparison} ${value}`;
  if (present === undefined) return { passes: false, text: `${asked}: the run has no metric “${metric}”` };
  const passes =
    Number.isFinite(present) &&
    {
      '>=': present >= value,
      '<=': present <= value,
      '!=': present !== value,
      '=': present === value,
      '>': present > value,
      '<': present < value,
    }[comparison];
  return { passes, text: passes ? `${asked}: it is ${present}` : `${asked} does not hold: it is ${present}` };
}

/** Why a run cannot be promoted at all; undefined: it can. */
export function whyNot(run: Run): string | undefined {
  if (run.commit_id === undefined) return `Run ${run.name} has no commit: it is ${run.state}.`;
  if (run.state !== 'ok') {
    const code = run.exit_code === undefined ? '' : ` with exit code ${run.exit_code}`;
    return `Run ${run.name} ended as ${run.state}${code}: only runs that are ok are promoted.`;
  }
  return undefined;
}

/** With all digits: it stands in the history for ever. */
export function promotionMessage(run: Run): string {
  const metrics = Object.entries(run.metrics).map(([name, value]) => ` ${name}=${value}`);
  return `promote ${run.name}${metrics.length > 0 ? ':' : ''}${metrics.join('')}`;
}

/** What the commit of a promotion says beside its message. */
export function promotionMetadata(run: Run, allowsDataChange: boolean): Record<string, string> {
  const metadata: Record<string, string> = {
    'anabranch.promoted_run': run.name,
    'anabranch.promoted_commit': run.commit_id ?? '',
  };
  if (allowsDataChange) metadata['anabranch.data_change_allowed'] = 'true';
  for (const [name, value] of Object.entries(run.metrics)) metadata[`metric.${name}`] = String(value);
  for (const [name, value] of Object.entries(run.parameters)) metadata[`param.${name}`] = value;
  return metadata;
}

export interface CodeFact {
  label: string;
  value: string;
  /** The file in the run's commit that holds it. */
  path?: string;
}

/** What a run's commit says of its code, data and environment. */
export function codeFacts(commit: Commit): CodeFact[] {
  const metadata = commit.metadata ?? {};
  const facts: CodeFact[] = [];
  const add = (label: string, value: string | undefined, path?: string) => {
    if (value !== undefined && value !== '') facts.push({ label, value, path });
  };
  const isDirty = metadata['anabranch.git_dirty'] === 'true';
  const sha = metadata['anabranch.git_sha'];
  add('Git commit', sha === undefined ? undefined : sha + (isDirty ? ' with local changes' : ''));
  add('Local changes', isDirty ? 'for git apply' : undefined, '.anabranch/git.diff');
  add('Code', metadata['anabranch.code'], '.anabranch/code.tar');
  add('Packages', metadata['anabranch.packages'], '.anabranch/packages.txt');
  add('Data', jsonText(metadata['anabranch.data']));
  add('Environment', jsonText(metadata['anabranch.environment']));
  return facts;
}

/** A JSON list or object of texts on one line; what is neither is shown as it is. */
function jsonText(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    if (Array.isArray(value)) return value.map(String).join(', ');
    if (typeof value === 'object' && value !== null)
      return Object.entries(value)
        .map(([name, each]) => `${name}=${String(each)}`)
        .join(' ');
  } catch {
    // Not what a runner writes: as it is.
  }
  return text;
}

/** An argument list as one line for a shell. */
export function shellLine(words: readonly string[]): string {
  return words
    .map((word) => (/^[\w@%+=:,./{}-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`))
    .join(' ');
}
