/** What the router needs of this feature: its pages, each in a lazy chunk, and what their URLs hold. */
import type { PageLoader } from '../../ui/page';
import { flag, integer, oneOf, text, texts, type RawSearch } from '../../ui/search-params';
import { runStates } from './model/states';

export const experimentsPage: PageLoader = () =>
  import('./ExperimentsPage').then((module) => module.ExperimentsPage);
export const runPage: PageLoader = () => import('./RunPage').then((module) => module.RunPage);
export const sweepPage: PageLoader = () => import('./SweepPage').then((module) => module.SweepPage);

/** Which runs are shown, and in what order. */
function selectionSearch(search: RawSearch) {
  const states = texts(search.state)?.flatMap((state) => oneOf(state, runStates) ?? []);
  return {
    sweep: text(search.sweep),
    state: states?.length ? states : undefined,
    /** Conditions that the server checks: `param.optimizer=adam`, `metric.accuracy>=0.9`. */
    where: texts(search.where),
    /** Ranges that were brushed in a chart: `param.lr:0.001..0.01`, `param.optimizer=adam|sgd`. */
    brush: texts(search.brush),
    q: text(search.q),
    sort: text(search.sort),
    dir: oneOf(search.dir, ['asc', 'desc']),
    group: text(search.group),
    /** Groups that are closed, by their value. */
    closed: texts(search.closed),
  };
}

function experiments(search: RawSearch) {
  return {
    ...selectionSearch(search),
    view: oneOf(search.view, ['compare']),
    panel: oneOf(search.panel, ['curves', 'scatter', 'parallel', 'none']),
    /** Runs that were chosen, by id. */
    runs: texts(search.runs),
    /** The metric that groups, bests and colours are about. */
    metric: text(search.metric),
    columns: texts(search.columns),
    equal: oneOf(search.equal, ['show']),
    ...curvesSearch(search),
    sx: text(search.sx),
    sy: text(search.sy),
    sc: text(search.sc),
    slog: texts(search.slog),
    axes: texts(search.axes),
    pc: text(search.pc),
    baseline: text(search.baseline),
    differences: flag(search.differences),
  };
}

function curvesSearch(search: RawSearch) {
  return {
    /** One large chart of this metric; absent: of all metrics, small. */
    curve: text(search.curve),
    /** Where more or less being better was chosen: `loss:max`; of other metrics the name tells. */
    goals: texts(search.goals),
    grid: flag(search.grid),
    smooth: integer(search.smooth),
    x: oneOf(search.x, ['relative', 'time']),
    logx: flag(search.logx),
    logy: flag(search.logy),
    color: text(search.color),
  };
}

export type ExperimentsSearch = Partial<ReturnType<typeof experiments>>;

export function experimentsSearch(search: RawSearch): ExperimentsSearch {
  return experiments(search);
}

function run(search: RawSearch) {
  return {
    tab: oneOf(search.tab, ['log', 'files', 'details']),
    stream: oneOf(search.stream, ['stderr']),
    find: text(search.find),
    /** The file that is open, and how it is shown. */
    object: text(search.object),
    as: text(search.as),
    ...curvesSearch(search),
  };
}

export type RunSearch = Partial<ReturnType<typeof run>>;

export function runSearch(search: RawSearch): RunSearch {
  return run(search);
}

function sweep(search: RawSearch) {
  return {
    metric: text(search.metric),
    goals: texts(search.goals),
    hx: text(search.hx),
    hy: text(search.hy),
    sort: text(search.sort),
    dir: oneOf(search.dir, ['asc', 'desc']),
  };
}

export type SweepSearch = Partial<ReturnType<typeof sweep>>;

export function sweepSearch(search: RawSearch): SweepSearch {
  return sweep(search);
}
