import { describe, expect, it } from 'vitest';
import { parseUri, smoothedRate } from '../../api/queries/imports';
import { defaultDestination, problemOf, toLocation } from './sources';

describe('sources', () => {
  it('go under their own names unless told', () => {
    expect(defaultDestination('s3://kennel/photos/2026/')).toBe('2026/');
    expect(defaultDestination('s3://kennel/photos/rex.jpg')).toBe('rex.jpg');
    expect(defaultDestination('s3://kennel/')).toBe('');
  });

  it('become locations of the API', () => {
    expect(toLocation({ uri: 's3://kennel/photos/', destination: ' raw ' })).toEqual({
      type: 'common_prefix',
      path: 's3://kennel/photos/',
      destination: 'raw/',
    });
    expect(toLocation({ uri: 's3://kennel/a.csv', destination: 'raw/a.csv' }).type).toBe('object');
  });

  it('need places of their own', () => {
    const photos = { uri: 's3://kennel/photos/', destination: 'raw' };

    expect(problemOf([photos])).toBeUndefined();
    expect(problemOf([photos, { uri: 's3://other/photos/', destination: 'raw/' }])).toContain('raw/');
    expect(problemOf([{ uri: 's3://kennel/a.csv', destination: '' }])).toContain('a path');
    expect(problemOf([{ ...photos, destination: '/raw' }])).toContain('slash');
  });
});

describe('parseUri', () => {
  it('takes a URI apart', () => {
    expect(parseUri('s3://kennel/a/b')).toEqual({ bucket: 'kennel', key: 'a/b' });
    expect(parseUri('s3://kennel')).toEqual({ bucket: 'kennel', key: '' });
  });
});

describe('smoothedRate', () => {
  const status = (ingested_objects: number) => ({ completed: false, update_time: '', ingested_objects });

  it('is unknown before two answers, then follows what is new', () => {
    expect(smoothedRate(undefined, status(10), 1000)).toBeUndefined();
    expect(smoothedRate({ ...status(0), askedMs: 0 }, status(1000), 500)).toBe(2000);
    expect(smoothedRate({ ...status(0), askedMs: 0, objectsPerSecond: 1000 }, status(1000), 500)).toBeCloseTo(
      1400,
    );
  });
});
