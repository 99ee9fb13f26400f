import { describe, expect, test } from 'vitest';
import type { Run, Sweep } from '../../../api/types';
import { metricLines } from './compare';
import {
  brushText,
  conditionText,
  formatBrush,
  isInside,
  matches,
  parseBrush,
  parseCondition,
  formatCondition,
  readCondition,
  readConditions,
} from './conditions';
import { align, extremeOf, notFinite, smooth, toCurve } from './curves';
import { byValue, fieldNames } from './fields';
import { bestRun, distinctBest, goalOf, mainMetric, mainMetricOf, usualGoal, withGoal } from './goal';
import { heatMap } from './heatmap';
import {
  checkRequirement,
  promotionMessage,
  promotionMetadata,
  readRequirement,
  shellLine,
  whyNot,
} from './promotion';
import { groupRuns, sortRuns, toCsv, toRows } from './rows';
import { makeScale, niceTicks } from './scale';
import { durationOf, sweepProgress } from './states';
import { suggest } from './suggestions';

function run(id: string, part: Partial<Run> = {}): Run {
  return {
    id,
    repository: 'r',
    name: id,
    branch: id,
    index: 0,
    state: 'ok',
    parameters: {},
    metrics: {},
    created_ms: 0,
    cancel_requested: false,
    stdout_bytes: 0,
    stderr_bytes: 0,
    ...part,
  };
}

describe('conditions typed together', () => {
  const names = {
    params: ['lr', 'optimizer', 'note'],
    metrics: ['loss'],
    equal: new Set<string>(),
    numeric: new Set(['lr']),
  };
  const read = (typed: string) => {
    const conditions = readConditions(typed, names);
    return typeof conditions === 'string' ? conditions : conditions.map(formatCondition);
  };

  test('each is a condition of its own', () => {
    const both = ['param.lr>=0.01', 'param.optimizer=adam'];
    expect(read('lr >= 0.01 and optimizer = adam')).toEqual(both);
    expect(read('lr >= 0.01 AND optimizer = adam AND loss<1')).toEqual([...both, 'metric.loss<1']);
    expect(read('param.lr>=0.01, optimizer=adam')).toEqual(both);
    expect(read('lr >= 0.01 && optimizer == adam')).toEqual(both);
  });

  test('an "and" or a comma inside a value stays in it', () => {
    expect(read('note=salt and pepper')).toEqual(['param.note=salt and pepper']);
    expect(read('note=a, b and lr<1')).toEqual(['param.note=a, b', 'param.lr<1']);
    expect(read('note=a,b=c')).toEqual(['param.note=a,b=c']);
  });

  test('a part that is none is told', () => {
    expect(read('lr>=0.01 and nothing=1')).toContain('nothing');
    expect(read('lr>=0.01 and loss<low')).toContain('number');
  });
});

describe('conditions', () => {
  test('are read as the server reads them', () => {
    expect(parseCondition('metric.loss<=0.1')).toEqual({
      field: 'metric.loss',
      comparison: '<=',
      value: '0.1',
    });
    expect(parseCondition('param.a==b')).toEqual({ field: 'param.a', comparison: '=', value: 'b' });
    expect(parseCondition('metric.loss<x')).toBeUndefined();
    expect(parseCondition('loss<1')).toBeUndefined();
  });

  test('compare numbers as numbers and texts as texts', () => {
    const one = run('a', { parameters: { lr: '1e-2', optimizer: 'adam' }, metrics: { loss: 0.2 } });
    const holds = (text: string) => {
      const condition = parseCondition(text);
      return condition !== undefined && matches(condition, one);
    };

    expect(holds('param.lr=1e-2')).toBe(true);
    expect(holds('param.lr=0.01')).toBe(false); // parameters are texts
    expect(holds('param.lr<=0.01')).toBe(true);
    expect(holds('param.optimizer<1')).toBe(false);
    expect(holds('param.optimizer=adam')).toBe(true);
    expect(holds('metric.loss<0.2')).toBe(false);
    expect(holds('metric.none!=1')).toBe(true);
    expect(holds('metric.none<1')).toBe(false);
  });

  test('typed ones find their field and say what is wrong', () => {
    const names = {
      params: ['lr', 'day'],
      metrics: ['loss'],
      equal: new Set<string>(),
      numeric: new Set(['lr']),
    };

    expect(readCondition('lr >= 0.01', names)).toMatchObject({ field: 'param.lr', comparison: '>=' });
    expect(readCondition('loss<1', names)).toMatchObject({ field: 'metric.loss' });
    expect(readCondition('loss<high', names)).toBe('A metric is compared with a number');
    expect(readCondition('none=1', names)).toContain('none');
    expect(readCondition('lr>abc', names)).toContain('no number');
    expect(readCondition('day>2026-01-01', names)).toMatchObject({ comparison: '>', value: '2026-01-01' });
    expect(readCondition('lr=1 or lr=2', names)).toContain('or');
  });

  test('brushes come back from the URL as they went', () => {
    const range = { field: 'metric.val:loss', low: -1e-7, high: 2.5 };
    const values = { field: 'param.mode', values: ['a|b', 'c=d', 'é'] };

    expect(parseBrush(formatBrush(range))).toEqual(range);
    expect(parseBrush(formatBrush(values))).toEqual(values);
    expect(parseBrush('nonsense')).toBeUndefined();
    expect(parseBrush('param.x=%')).toBeUndefined();
    expect(isInside(values, run('a', { parameters: { mode: 'c=d' } }), 0)).toBe(true);
    expect(brushText(values)).toBe('mode = a|b or c=d or é');
    expect(conditionText({ field: 'param.lr', comparison: '>=', value: '1' })).toBe('lr ≥ 1');
  });
});

describe('rows', () => {
  const runs = [
    run('a', { parameters: { o: 'adam' }, metrics: { acc: 0.8 }, created_ms: 1 }),
    run('b', { parameters: { o: 'sgd' }, metrics: { acc: 0.9 }, created_ms: 2 }),
    run('c', { parameters: { o: 'adam' }, created_ms: 3 }),
  ];

  test('without a value come last in both directions', () => {
    expect(sortRuns(runs, 'metric.acc', 'asc', 0).map(({ id }) => id)).toEqual(['a', 'b', 'c']);
    expect(sortRuns(runs, 'metric.acc', 'desc', 0).map(({ id }) => id)).toEqual(['b', 'a', 'c']);
    expect(sortRuns(runs, 'created', 'desc', 0).map(({ id }) => id)).toEqual(['c', 'b', 'a']);
  });

  test('stand by sweep and grid, those under way first and those that wait last', () => {
    const of = (sweep: string, index: number, state: Run['state'], created_ms: number) =>
      run(`${sweep}-${index}`, { sweep, index, state, created_ms });
    const mixed = [
      of('old', 0, 'ok', 10),
      of('old', 1, 'running', 12),
      of('new', 3, 'waiting', 21),
      of('new', 0, 'ok', 21),
      of('new', 10, 'failed', 20),
      of('new', 2, 'running', 20),
      of('new', 1, 'ok', 20),
      run('alone', { created_ms: 15 }),
    ];

    expect(sortRuns(mixed, 'created', 'desc', 0).map(({ id }) => id)).toEqual([
      'new-2',
      'old-1',
      'new-0',
      'new-1',
      'new-10',
      'new-3',
      'alone',
      'old-0',
    ]);
    expect(sortRuns(mixed, 'created', 'asc', 0).map(({ id }) => id)).toEqual([
      'old-0',
      'old-1',
      'alone',
      'new-0',
      'new-1',
      'new-2',
      'new-3',
      'new-10',
    ]);
  });

  test('of a group give its best and mean, and hide when it is closed', () => {
    const groups = groupRuns(runs, 'param.o', { metric: 'acc', goal: 'max' }, 0);

    expect(groups.map(({ value, best, mean }) => [value, best, mean])).toEqual([
      ['adam', 0.8, 0.8],
      ['sgd', 0.9, 0.9],
    ]);
    expect(toRows(groups, new Set(['adam'])).map(({ id }) => id)).toEqual(['group adam', 'group sgd', 'b']);
  });

  test('equal everywhere are known, but not of a single run', () => {
    const same = [run('a', { parameters: { x: '1', y: '1' } }), run('b', { parameters: { x: '1', y: '2' } })];

    expect(fieldNames(same).equal.has('param.x')).toBe(true);
    expect(fieldNames(same).equal.has('param.y')).toBe(false);
    expect(fieldNames(same.slice(0, 1)).equal.size).toBe(0);
  });

  test('become CSV that no spreadsheet runs', () => {
    const hostile = run('a', { name: '=HYPERLINK("x")', parameters: { n: 'a,b' } });

    expect(toCsv([hostile], ['param.n'], 0)).toBe('id,name,n\r\na,"\'=HYPERLINK(""x"")","a,b"\r\n');
  });
});

describe('curves', () => {
  test('smoothed start at their first value and keep gaps', () => {
    expect(smooth([1, 1, 1], 0.9)).toEqual([1, expect.closeTo(1), expect.closeTo(1)]);
    expect(smooth([0, Number.NaN, 2], 0.5)).toEqual([0, Number.NaN, expect.closeTo(4 / 3)]);
    expect(smooth([3, 5], 0)).toEqual([3, 5]);
  });

  test('share positions; what a logarithmic axis cannot show is left out', () => {
    const curves = [
      { run: 'a', x: [0, 1, 2], y: [1, -1, 3] },
      { run: 'b', x: [1, 3], y: [5, 6] },
    ];

    expect(align(curves)).toEqual({
      x: [0, 1, 2, 3],
      ys: [
        [1, -1, 3, undefined],
        [undefined, 5, undefined, 6],
      ],
    });
    expect(align(curves, { logX: true, logY: true }).x).toEqual([1, 2, 3]);
    expect(align(curves, { logY: true }).ys[0]).toEqual([1, null, 3, undefined]);
  });

  test('logged at moments of their own are moved to few positions', () => {
    const curves = Array.from({ length: 20 }, (_, index) => ({
      run: String(index),
      x: Array.from({ length: 100 }, (_, step) => step * 20 + index + 0.5),
      y: Array.from({ length: 100 }, (_, step) => step),
    }));

    const { x, ys } = align(curves, { positionsMax: 500 });

    expect(x.length).toBeLessThanOrEqual(500);
    expect(ys.every((y) => y.filter((level) => level !== undefined).length === 100)).toBe(true);
  });

  test('over relative time begin with the run', () => {
    const points = [
      [2, 3000, 0.2],
      [1, 2000, 0.1],
    ];
    const series = { run: 'a', name: 'm', points };

    expect(toCurve(series, 'relative', 1000)).toEqual({ run: 'a', x: [1000, 2000], y: [0.1, 0.2] });
    expect(toCurve(series, 'relative', undefined).x).toEqual([-1000, 0]);
  });

  test('have the extremes of all points, not of those that are drawn', () => {
    const points = [
      [0, 1000, 0.1],
      [20, 3000, 0.2],
    ];
    const series = { run: 'a', name: 'm', points, count: 21, not_finite: 0, greatest: [12, 2200, 0.9] };

    expect(extremeOf(series, 'max', 'step', undefined)).toEqual({ value: 0.9, at: 12 });
    expect(extremeOf(series, 'max', 'time', undefined)).toEqual({ value: 0.9, at: 2200 });
    expect(extremeOf(series, 'max', 'relative', 2000)).toEqual({ value: 0.9, at: 200 });
    expect(extremeOf(series, 'min', 'step', undefined)).toBeUndefined();
  });

  test('have a mark where a point is no number', () => {
    const curves = [
      { run: 'a', x: [0, 1, 2], y: [1, Number.NaN, 3] },
      { run: 'b', x: [1, 3], y: [5, Number.NEGATIVE_INFINITY] },
    ];

    expect(notFinite(curves)).toEqual([
      { run: 'a', x: 1 },
      { run: 'b', x: 3 },
    ]);
  });
});

describe('scales', () => {
  test('place numbers and categories, and nothing that has no place', () => {
    const numbers = makeScale([1, 10, 100, undefined], true);
    const kinds = makeScale(['b', 'a', 2]);

    expect(numbers.place(10)).toBeCloseTo(0.5);
    expect(numbers.place(0)).toBeUndefined();
    expect(numbers.invert(1)).toBeCloseTo(100);
    expect(kinds.categories).toEqual(['2', 'a', 'b']);
    expect(kinds.place('b')).toBe(1);
    expect(kinds.place('c')).toBeUndefined();
  });

  test('of one value, or none, have a place in the middle, or no ticks', () => {
    expect(makeScale([5]).place(5)).toBeCloseTo(0.5);
    expect(makeScale([]).ticks).toEqual([]);
    expect(niceTicks(0, 1, 5)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
  });
});

describe('the main metric', () => {
  test('is accuracy before loss, on data that was held back', () => {
    expect(mainMetric(['loss', 'val_loss', 'train_accuracy', 'val_accuracy'])).toBe('val_accuracy');
    expect(mainMetric(['x', 'train_loss'])).toBe('train_loss');
    expect(mainMetric([])).toBeUndefined();
  });

  test('of runs is one that the newest have', () => {
    const old = Array.from({ length: 11 }, (_, at) =>
      run(`o${at}`, { created_ms: at, metrics: { 'val.accuracy': 1, loss: 1 } }),
    );
    const recent = Array.from({ length: 303 }, (_, at) =>
      run(`n${at}`, { created_ms: 100 + at, metrics: { accuracy: 1, loss: 1 } }),
    );
    const waiting = Array.from({ length: 200 }, (_, at) => run(`w${at}`, { created_ms: 1000 + at }));
    const names = ['accuracy', 'loss', 'val.accuracy'];

    expect(mainMetricOf([...old, ...recent, ...waiting], names)).toBe('accuracy');
    expect(mainMetricOf(old, ['loss', 'val.accuracy'])).toBe('val.accuracy');
    expect(mainMetricOf(waiting, [])).toBeUndefined();
    expect(['val_loss', 'rmse', 'accuracy'].map(usualGoal)).toEqual(['min', 'min', 'max']);
  });

  test('is better where it was chosen to be, else where its name tells', () => {
    const chosen = withGoal(withGoal(undefined, 'loss', 'max'), 'depth', 'min');

    expect(chosen).toEqual(['loss:max', 'depth:min']);
    expect(['loss', 'depth', 'val_loss', 'accuracy'].map((name) => goalOf(name, chosen))).toEqual([
      'max',
      'min',
      'min',
      'max',
    ]);
    expect(withGoal(withGoal(chosen, 'loss', 'min'), 'depth', 'max')).toEqual(['depth:max']);
    const runs = [run('a', { metrics: { loss: 2 } }), run('b', { metrics: { loss: 1 } })];
    expect(metricLines(runs, 0, chosen).map(({ best, goal }) => [best, goal])).toEqual([[2, 'max']]);
  });

  test('is judged of runs that are ok, where there are any', () => {
    const runs = [run('a', { metrics: { m: 9 }, state: 'failed' }), run('b', { metrics: { m: 1 } })];

    expect(bestRun(runs, { metric: 'm', goal: 'max' })?.id).toBe('b');
    expect(bestRun(runs.slice(0, 1), { metric: 'm', goal: 'max' })?.id).toBe('a');
  });
});

describe('sweeps', () => {
  const none = { waiting: 0, preparing: 0, collecting: 0, failed: 0, interrupted: 0, lost: 0 };
  const sweep: Sweep = {
    id: 's',
    repository: 'r',
    input_commit: 'c',
    command: [],
    grid: { lr: ['0.01', '0.001'], o: ['a'] },
    total: 6,
    created_ms: 0,
    committer: 'x',
    cancel_requested: false,
    active: true,
    counts: { ...none, ok: 2, running: 2 },
  };

  test('guess what is left by the mean and by how many run at once', () => {
    const runs = [
      run('a', { started_ms: 0, ended_ms: 100 }),
      run('b', { started_ms: 0, ended_ms: 300 }),
      run('c', { state: 'running', started_ms: 900 }),
      run('d', { state: 'running', started_ms: 900 }),
    ];

    // Four are left at 200 each, of which two have done 100: 600 by two at a time.
    expect(sweepProgress(sweep, runs, 1000)).toEqual({ ended: 2, total: 6, remainingMs: 300 });
    expect(sweepProgress(sweep, [], 1000).remainingMs).toBeUndefined();
  });

  test('a lost run took until its last heartbeat', () => {
    expect(durationOf(run('a', { state: 'lost', started_ms: 10, heartbeat_ms: 50 }), 999)).toBe(40);
    expect(durationOf(run('a', { state: 'running', started_ms: 10 }), 30)).toBe(20);
    expect(durationOf(run('a', { state: 'waiting' }), 30)).toBeUndefined();
  });

  test('are maps in the order of the numbers, the best run in each cell', () => {
    const parameters = { lr: '0.01', o: 'a' };
    const runs = [run('a', { parameters, metrics: { m: 1 } }), run('b', { parameters, metrics: { m: 2 } })];

    const map = heatMap(runs, sweep.grid, 'lr', 'o', { metric: 'm', goal: 'max' });

    const unfinished = [
      run('c', { parameters, metrics: { m: 9 }, state: 'running' }),
      run('d', { parameters, metrics: { m: 8 }, state: 'interrupted' }),
    ];
    const mixed = heatMap([...runs, ...unfinished], sweep.grid, 'lr', 'o', { metric: 'm', goal: 'max' });
    expect(mixed.cells[0]?.[1]?.value).toBe(2);
    expect(mixed.high).toBe(2);
    const none = heatMap(unfinished, sweep.grid, 'lr', 'o', { metric: 'm', goal: 'max' });
    expect(none.cells[0]?.[1]?.value).toBeUndefined();
    expect(map.xs).toEqual(['0.001', '0.01']);
    expect(map.cells[0]?.map((cell) => cell?.best?.id)).toEqual([undefined, 'b']);
    expect(['b', '1e-3', '0.0003', 'a'].sort(byValue)).toEqual(['0.0003', '1e-3', 'a', 'b']);
  });
});

describe('promotion', () => {
  test('holds requirements against the metrics', () => {
    const requirement = { metric: 'val/acc', comparison: '>=', value: 0.9 } as const;

    expect(readRequirement('val/acc >= 0.9')).toEqual(requirement);
    expect(checkRequirement(requirement, { 'val/acc': 0.91 }).passes).toBe(true);
    expect(checkRequirement(requirement, {})).toEqual({
      passes: false,
      text: 'val/acc >= 0.9: the run has no metric “val/acc”',
    });
    expect(typeof readRequirement('acc>=high')).toBe('string');
  });

  test('is for runs that are ok and have a commit', () => {
    expect(whyNot(run('a', { commit_id: 'c' }))).toBeUndefined();
    expect(whyNot(run('a'))).toContain('no commit');
    expect(whyNot(run('a', { commit_id: 'c', state: 'failed', exit_code: 3 }))).toContain('exit code 3');
  });

  test('tells all digits', () => {
    const best = run('a', { commit_id: 'c', metrics: { loss: 0.08271462470293045, steps: 1200 } });
    expect(promotionMessage(best)).toBe('promote a: loss=0.08271462470293045 steps=1200');
    expect(promotionMetadata(best, false)['metric.loss']).toBe('0.08271462470293045');
    expect(promotionMetadata(best, false)).not.toHaveProperty('anabranch.data_change_allowed');
    expect(promotionMetadata(best, true)['anabranch.data_change_allowed']).toBe('true');
    expect(promotionMessage(run('b'))).toBe('promote b');
  });

  test('quotes words for a shell', () => {
    expect(shellLine(['python3', 'a b', "it's", '--lr={lr}'])).toBe(`python3 'a b' 'it'\\''s' --lr={lr}`);
  });
});

test('compared metrics differ from the baseline and name the best', () => {
  const [line] = metricLines([run('a', { metrics: { loss: 2 } }), run('b', { metrics: { loss: 1 } })], 0);

  expect(line).toMatchObject({ best: 1, differences: [0, -1], isEqual: false });
});

test('the filter offers conditions, values, names and states', () => {
  const names = {
    params: ['optimizer', 'lr'],
    metrics: ['loss'],
    equal: new Set<string>(),
    numeric: new Set(['lr']),
  };
  const runs = ['adam', 'sgd'].map((optimizer) => run(optimizer, { parameters: { optimizer } }));
  const offered = (typed: string) =>
    suggest(typed, names, runs, ['sweep-1']).map(({ kind, value }) => [kind, value]);

  expect(offered('loss<=0.5')[0]).toEqual(['where', 'metric.loss<=0.5']);
  expect(offered('optimizer=s')).toContainEqual(['where', 'param.optimizer=sgd']);
  expect(offered('opt')).toContainEqual(['begin', 'optimizer=']);
  expect(offered('fail')).toContainEqual(['state', 'failed']);
  expect(offered('failed')[0]).toEqual(['state', 'failed']);
  expect(offered('sweep-1')[0]).toEqual(['sweep', 'sweep-1']);
  expect(suggest('lr >= 0.01 and optimizer = adam', names, runs, [])).toEqual([
    {
      kind: 'where',
      label: 'lr ≥ 0.01 and optimizer = adam',
      value: 'param.lr>=0.01',
      more: ['param.optimizer=adam'],
    },
  ]);
  expect(offered('sweep')).toContainEqual(['sweep', 'sweep-1']);
  expect(offered('abc')[0]).toEqual(['text', 'abc']);
});

test('no value is the best where none can be: unknown direction, or all alike', () => {
  const at = (metrics: Record<string, number>): Run => ({ ...run('r'), state: 'ok', metrics });
  const runs = [at({ accuracy: 0.5, params_total: 2e7, lr_now: 0.1, grad_norm: 3, loss: 1 })];
  runs.push(at({ accuracy: 0.7, params_total: 3e7, lr_now: 0.2, grad_norm: 4, loss: 1 }));
  const bests = Object.fromEntries(metricLines(runs, 0).map(({ name, best }) => [name, best]));
  expect(bests).toEqual({ accuracy: 0.7 });
  const best = (metric: string, goals?: string[]) =>
    distinctBest(runs, { metric, goal: goalOf(metric, goals) }, goals);
  expect(best('accuracy')).toBe(runs[1]);
  for (const metric of ['params_total', 'lr_now', 'grad_norm', 'loss']) expect(best(metric)).toBeUndefined();
  expect(best('grad_norm', ['grad_norm:min'])).toBe(runs[0]);
  expect(best('grad_norm', withGoal(undefined, 'grad_norm', 'max'))).toBe(runs[1]);
});
