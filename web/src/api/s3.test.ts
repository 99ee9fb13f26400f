import { afterEach, expect, it, vi } from 'vitest';
import { ApiError } from './error';
import { deleteObjects, listObjects, objectPath } from './s3';
import { onSessionExpired } from './session-events';

afterEach(() => void vi.unstubAllGlobals());

function answerWith(body: string, status = 200) {
  const fetch = vi.fn<typeof globalThis.fetch>(() => Promise.resolve(new Response(body, { status })));
  vi.stubGlobal('fetch', fetch);
  return fetch;
}

it.each([
  ['plain/key.txt', '/b/plain/key.txt'],
  ['a b/ü?#%&+', '/b/a%20b/%C3%BC%3F%23%25%26%2B'],
  ["it's (1)*!.txt", '/b/it%27s%20%281%29%2A%21.txt'],
  ['//double/', '/b///double/'],
])('the key %j has the path %s', (key, path) => expect(objectPath('b', key)).toBe(path));

it('refuses keys that a browser would send to another object', () => {
  expect(() => objectPath('b', 'a/../secret')).toThrow(ApiError);
});

it('reads a listing, with keys that were encoded', async () => {
  const fetch =
    answerWith(`<?xml version="1.0"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">
    <Contents><Key>a+b%2Fc%2B</Key><Size>12</Size><ETag>"abc"</ETag><LastModified>2026-01-02T03:04:05.000Z</LastModified></Contents>
    <CommonPrefixes><Prefix>raw%2F</Prefix></CommonPrefixes>
    <NextContinuationToken>next</NextContinuationToken></ListBucketResult>`);

  const page = await listObjects('b', { prefix: 'a b', delimiter: '/' });

  expect(page.objects).toEqual([
    { key: 'a b/c+', size: 12, etag: 'abc', modifiedMs: Date.UTC(2026, 0, 2, 3, 4, 5) },
  ]);
  expect(page.prefixes).toEqual(['raw/']);
  expect(page.next).toBe('next');
  expect(fetch.mock.calls[0]?.[0]).toBe('/b?list-type=2&encoding-type=url&prefix=a%20b&delimiter=%2F');
  expect(new Headers(fetch.mock.calls[0]?.[1]?.headers).get('x-anabranch-session')).toBe('1');
});

it("gives S3's own error", async () => {
  answerWith(
    '<Error><Code>NoSuchBucket</Code><Message>The bucket does not exist</Message><RequestId>r1</RequestId></Error>',
    404,
  );

  await expect(listObjects('b', {})).rejects.toMatchObject({
    status: 404,
    code: 'NoSuchBucket',
    message: 'The bucket does not exist',
    requestId: 'r1',
  });
});

it('says that the session ended, and that the server is away', async () => {
  const expired = vi.fn();
  onSessionExpired(expired);
  answerWith('', 401);
  await expect(listObjects('b', {})).rejects.toMatchObject({ status: 401 });
  expect(expired).toHaveBeenCalledOnce();

  vi.stubGlobal('fetch', () => Promise.reject(new TypeError('Failed to fetch')));
  await expect(listObjects('b', {})).rejects.toMatchObject({ status: 0 });
});

it('deletes a thousand keys a request and tells which stayed', async () => {
  const fetch = answerWith(
    '<DeleteResult><Error><Key>k&amp;1</Key><Code>AccessDenied</Code><Message>No</Message></Error></DeleteResult>',
  );
  const keys = Array.from({ length: 1001 }, (_, index) => `k&${index}`);

  const failed = await deleteObjects('b', keys);

  expect(fetch).toHaveBeenCalledTimes(2);
  expect(fetch.mock.calls[1]?.[1]?.body).toBe(
    '<Delete><Quiet>true</Quiet><Object><Key>k&amp;1000</Key></Object></Delete>',
  );
  expect(failed[0]).toEqual({ key: 'k&1', message: 'No' });
});
