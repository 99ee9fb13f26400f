import { describe, expect, it } from 'vitest';
import { bodyOf, partMetadata, shellCommand, titleOf } from './metadata';

describe('partMetadata', () => {
  it('tells parameters, metrics, run facts and the rest apart', () => {
    const parts = partMetadata({
      'anabranch.run': 'sweep-3',
      'anabranch.argv': '["python3","train.py","--rate=0.1"]',
      'anabranch.duration_seconds': '12.500',
      'anabranch.environment': '{"python":"3.11"}',
      'param.rate': '0.1',
      'metric.loss': '0.25',
      'metric.accuracy': '0.9',
      owner: 'ana',
    });

    expect(parts.parameters).toEqual([['rate', '0.1']]);
    expect(parts.metrics).toEqual([
      ['accuracy', '0.9'],
      ['loss', '0.25'],
    ]);
    expect(parts.others).toEqual([['owner', 'ana']]);
    expect(parts.run).toMatchObject({
      run: 'sweep-3',
      argv: ['python3', 'train.py', '--rate=0.1'],
      durationMs: 12_500,
      environment: { python: '3.11' },
    });
  });

  it('leaves what the runner writes into promotions among the rest: they are no runs', () => {
    const parts = partMetadata({ 'anabranch.promoted_run': 'sweep-3' });

    expect(parts.run).toBeUndefined();
    expect(parts.others).toEqual([['anabranch.promoted_run', 'sweep-3']]);
  });

  it('takes metadata that is not as the runner writes it', () => {
    const { run } = partMetadata({
      'anabranch.run': 'x',
      'anabranch.argv': '{',
      'anabranch.duration_seconds': 'soon',
      'anabranch.environment': '[1]',
    });

    expect(run).toMatchObject({ run: 'x', argv: undefined, durationMs: undefined, environment: undefined });
  });
});

describe('shellCommand', () => {
  it('quotes what a shell would change', () => {
    expect(shellCommand(['python3', 'train.py', "it's", 'a b', '$HOME'])).toBe(
      `python3 train.py 'it'\\''s' 'a b' '$HOME'`,
    );
  });
});

describe('a message', () => {
  it('has a title and a body', () => {
    expect(titleOf('First\n\nMore\nlines\n')).toBe('First');
    expect(bodyOf('First\n\nMore\nlines\n')).toBe('More\nlines');
    expect(titleOf('  ')).toBe('(no message)');
    expect(bodyOf('First')).toBe('');
  });
});
