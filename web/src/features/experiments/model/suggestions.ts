/** What the filter offers while one types. */
import type { Run } from '../../../api/types';
import { conditionText, formatCondition, readConditions } from './conditions';
import { byValue, type FieldNames } from './fields';
import { runStates } from './states';

export type Suggestion =
  | { kind: 'where'; label: string; value: string; more?: readonly string[] }
  | { kind: 'state'; label: string; value: string }
  | { kind: 'sweep'; label: string; value: string }
  | { kind: 'text'; label: string; value: string }
  /** Puts this into the field, to be gone on with. */
  | { kind: 'begin'; label: string; value: string; hint: string };

const offeredMax = 12;

export function suggest(
  typed: string,
  names: FieldNames,
  runs: readonly Run[],
  sweeps: readonly string[],
): Suggestion[] {
  const text = typed.trim();
  const wanted = text.toLowerCase();
  const found: Suggestion[] = [];
  const conditions = readConditions(typed, names);
  if (typeof conditions !== 'string') {
    const [first = '', ...more] = conditions.map(formatCondition);
    const label = conditions.map(conditionText).join(' and ');
    found.push({ kind: 'where', label, value: first, ...(more.length > 0 ? { more } : {}) });
    if (more.length > 0) return found;
  }
  const begun = /^(?:(?:param\.)?)([^<>=!]+?)\s*(=|!=)\s*(.*)$/s.exec(text);
  const name = begun?.[1] ?? '';
  if (begun && names.params.includes(name)) {
    const values = new Set(runs.flatMap((run) => run.parameters[name] ?? []));
    for (const value of [...values].sort(byValue)) {
      if (!value.startsWith(begun[3] ?? '') || value === begun[3]) continue;
      const comparison = begun[2] === '!=' ? '!=' : '=';
      const offered = { field: `param.${name}`, comparison, value } as const;
      found.push({ kind: 'where', label: conditionText(offered), value: formatCondition(offered) });
    }
    return found.slice(0, offeredMax);
  }
  const has = (each: string) => each.toLowerCase().includes(wanted);
  if (!/[<>=!]/.test(text)) {
    for (const param of names.params.filter(has))
      found.push({ kind: 'begin', label: param, value: `${param}=`, hint: 'parameter' });
    for (const metric of names.metrics.filter(has))
      found.push({ kind: 'begin', label: metric, value: `${metric}>=`, hint: 'metric' });
    for (const state of runStates.filter((each) => has(each) || has(`state ${each}`)))
      found.push({ kind: 'state', label: state, value: state });
    for (const sweep of sweeps.filter(has)) found.push({ kind: 'sweep', label: sweep, value: sweep });
    if (text !== '') {
      const words: Suggestion = { kind: 'text', label: `Runs with “${text}”`, value: text };
      // What is a state's or a sweep's whole name means that; anything else is looked for as a text.
      const isNamed = ({ kind, value }: Suggestion) =>
        (kind === 'state' || kind === 'sweep') && value.toLowerCase() === wanted;
      const rest = found.filter((each) => !isNamed(each)).slice(0, offeredMax);
      return [...found.filter(isNamed), words, ...rest];
    }
  }
  return found.slice(0, offeredMax);
}
