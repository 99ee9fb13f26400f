/**
 * S3 by session: the gateway on this origin, path style, signed in by the session's cookie (the header below says so).
 * Repositories are buckets here too; their keys begin with a ref. Errors are ApiError with S3's code.
 */
import { ApiError, unreachable } from './error';
import { sessionExpired } from './session-events';
import { decodeKey, list, parseXml, xmlText } from './s3-xml';

export const multipartThresholdBytes = 16 * 1024 * 1024;
const partBytesMin = 16 * 1024 * 1024;
/** S3's limits: "Amazon S3 multipart upload limits", "DeleteObjects". */
const partsMax = 10_000;
const deleteKeysMax = 1000;
const partsAtOnce = 4;
const triesMax = 4;

export interface S3Object {
  key: string;
  size: number;
  etag: string;
  modifiedMs: number;
}

export interface S3Listing {
  objects: S3Object[];
  prefixes: string[];
  /** The `continuation` of the next page. */
  next?: string;
}

export interface S3ObjectHead {
  size: number;
  etag: string;
  contentType: string;
  modifiedMs: number;
  metadata: Record<string, string>;
  /** All other headers that describe the object, such as x-amz-checksum-crc32c. */
  headers: Record<string, string>;
}

/** A multipart upload that is neither completed nor aborted. */
export interface OpenUpload {
  key: string;
  uploadId: string;
  startedMs: number;
}

export interface UploadOptions {
  contentType?: string;
  signal?: AbortSignal;
  /** An object that is there is not replaced: ApiError 412. */
  onlyIfAbsent?: boolean;
  onProgress?: (sentBytes: number) => void;
}

type Query = Record<string, string | number | undefined>;

/**
 * The path of an object's URL. Browsers fold the segments `.` and `..` whatever their encoding, so that a key with one of
 * them would name another object: such a key is refused here.
 */
export function objectPath(bucket: string, key: string): string {
  const segments = key.split('/');
  if (segments.some((segment) => segment === '.' || segment === '..')) {
    throw new ApiError(400, `A browser cannot address the key “${key}”: use an S3 client for it.`);
  }
  return `/${encodeURIComponent(bucket)}/${segments.map(encodeSegment).join('/')}`;
}

export async function listObjects(
  bucket: string,
  options: {
    prefix?: string;
    delimiter?: string;
    continuation?: string;
    startAfter?: string;
    amount?: number;
    signal?: AbortSignal;
  },
): Promise<S3Listing> {
  const answer = await send('GET', `/${encodeURIComponent(bucket)}`, {
    query: {
      'list-type': 2,
      'encoding-type': 'url',
      prefix: options.prefix,
      delimiter: options.delimiter,
      'continuation-token': options.continuation,
      'start-after': options.startAfter,
      'max-keys': options.amount,
    },
    signal: options.signal,
  });
  const xml = parseXml(await answer.text());
  return {
    objects: list(xml, 'Contents').map((entry) => ({
      key: decodeKey(xmlText(entry, 'Key')),
      size: Number(xmlText(entry, 'Size')),
      etag: xmlText(entry, 'ETag').replaceAll('"', ''),
      modifiedMs: Date.parse(xmlText(entry, 'LastModified')),
    })),
    prefixes: list(xml, 'CommonPrefixes').map((entry) => decodeKey(xmlText(entry, 'Prefix'))),
    next: xmlText(xml, 'NextContinuationToken') || undefined,
  };
}

export async function headObject(bucket: string, key: string, signal?: AbortSignal): Promise<S3ObjectHead> {
  // Without this header the checksums are left out.
  const headers = { 'x-amz-checksum-mode': 'ENABLED' };
  return describe((await send('HEAD', objectPath(bucket, key), { headers, signal })).headers);
}

/** Whether there is an object with that key. By a listing: that there is none is an answer of it, not an error. */
export async function hasObject(bucket: string, key: string, signal?: AbortSignal): Promise<boolean> {
  const { objects } = await listObjects(bucket, { prefix: key, amount: 1, signal });
  return objects[0]?.key === key;
}

/** The object's bytes, or those of `range` (an HTTP range such as "bytes=0-1023"). */
export async function getObject(
  bucket: string,
  key: string,
  options: { range?: string; signal?: AbortSignal } = {},
): Promise<{ head: S3ObjectHead; blob: Blob }> {
  const headers: Record<string, string> = options.range ? { range: options.range } : {};
  const answer = await send('GET', objectPath(bucket, key), { headers, signal: options.signal });
  return { head: describe(answer.headers), blob: await answer.blob() };
}

/** Stores a file, in parts where it is large. A multipart upload that fails or is cancelled is aborted on the server. */
export async function putObject(
  bucket: string,
  key: string,
  body: Blob,
  options: UploadOptions = {},
): Promise<void> {
  const path = objectPath(bucket, key);
  if (body.size > multipartThresholdBytes) return putInParts(path, body, options);
  await retried(options.signal, () =>
    sendWithProgress(
      path,
      body,
      { 'content-type': options.contentType || body.type || defaultType, ...condition(options) },
      options,
    ),
  );
}

export async function deleteObject(bucket: string, key: string): Promise<void> {
  await send('DELETE', objectPath(bucket, key));
}

/** Deletes any number of keys; answers those that could not be deleted. */
export async function deleteObjects(
  bucket: string,
  keys: readonly string[],
): Promise<{ key: string; message: string }[]> {
  const failed: { key: string; message: string }[] = [];
  for (let start = 0; start < keys.length; start += deleteKeysMax) {
    const request = document.implementation.createDocument(null, 'Delete');
    appendText(request, request.documentElement, 'Quiet', 'true');
    for (const key of keys.slice(start, start + deleteKeysMax)) {
      const object = request.documentElement.appendChild(request.createElement('Object'));
      appendText(request, object, 'Key', key);
    }
    const body = new XMLSerializer().serializeToString(request);
    const answer = await send('POST', `/${encodeURIComponent(bucket)}`, {
      query: { delete: '' },
      body,
      headers: { 'content-type': 'application/xml', 'x-amz-checksum-sha256': await sha256Base64(body) },
    });
    for (const error of list(parseXml(await answer.text()), 'Error')) {
      failed.push({
        key: xmlText(error, 'Key'),
        message: xmlText(error, 'Message') || xmlText(error, 'Code'),
      });
    }
  }
  return failed;
}

export async function createBucket(bucket: string): Promise<void> {
  await send('PUT', `/${encodeURIComponent(bucket)}`);
}

export async function deleteBucket(bucket: string): Promise<void> {
  await send('DELETE', `/${encodeURIComponent(bucket)}`);
}

/** The first thousand multipart uploads that are open. */
export async function listUploads(
  bucket: string,
  signal?: AbortSignal,
): Promise<{ uploads: OpenUpload[]; hasMore: boolean }> {
  const answer = await send('GET', `/${encodeURIComponent(bucket)}`, {
    query: { uploads: '', 'encoding-type': 'url' },
    signal,
  });
  const xml = parseXml(await answer.text());
  return {
    uploads: list(xml, 'Upload').map((upload) => ({
      key: decodeKey(xmlText(upload, 'Key')),
      uploadId: xmlText(upload, 'UploadId'),
      startedMs: Date.parse(xmlText(upload, 'Initiated')),
    })),
    hasMore: xmlText(xml, 'IsTruncated') === 'true',
  };
}

/** Ends an open upload; the parts that were sent are freed. */
export async function abortUpload(bucket: string, key: string, uploadId: string): Promise<void> {
  await send('DELETE', objectPath(bucket, key), { query: { uploadId } });
}

function condition({ onlyIfAbsent = false }: UploadOptions): Record<string, string> {
  return onlyIfAbsent ? { 'if-none-match': '*' } : {};
}

const defaultType = 'application/octet-stream';

async function putInParts(path: string, body: Blob, options: UploadOptions): Promise<void> {
  const created = await send('POST', path, {
    query: { uploads: '' },
    headers: { 'content-type': options.contentType || body.type || defaultType },
    signal: options.signal,
  });
  const uploadId = xmlText(parseXml(await created.text()), 'UploadId');
  try {
    const etags = await sendParts(path, uploadId, body, options);
    const parts = etags.map(
      (etag, index) => `<Part><PartNumber>${index + 1}</PartNumber><ETag>${etag}</ETag></Part>`,
    );
    const completed = await send('POST', path, {
      query: { uploadId },
      body: `<CompleteMultipartUpload>${parts.join('')}</CompleteMultipartUpload>`,
      headers: { 'content-type': 'application/xml', ...condition(options) },
      signal: options.signal,
    });
    // S3 may answer 200 at once and put an error into the body.
    const answer = parseXml(await completed.text());
    if (answer.nodeName === 'Error') throw errorIn(answer, 500);
  } catch (error) {
    await send('DELETE', path, { query: { uploadId } }).catch(() => undefined);
    throw error;
  }
}

async function sendParts(
  path: string,
  uploadId: string,
  body: Blob,
  options: UploadOptions,
): Promise<string[]> {
  const partBytes = Math.max(partBytesMin, Math.ceil(body.size / partsMax));
  const count = Math.ceil(body.size / partBytes);
  const sent = new Array<number>(count).fill(0);
  const etags = new Array<string>(count).fill('');
  const stop = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, stop.signal]) : stop.signal;

  let next = 0;
  const worker = async () => {
    for (let part = next++; part < count; part = next++) {
      const piece = body.slice(part * partBytes, (part + 1) * partBytes);
      const url = withQuery(path, { partNumber: part + 1, uploadId });
      const onProgress = (bytes: number) => {
        sent[part] = bytes;
        options.onProgress?.(sent.reduce((sum, each) => sum + each, 0));
      };
      etags[part] = await retried(signal, () => sendWithProgress(url, piece, {}, { signal, onProgress }));
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.min(partsAtOnce, count) }, worker));
  } catch (error) {
    stop.abort();
    throw error;
  }
  return etags;
}

/** Repeats what failed by the network or the server, with growing pauses; an answer of "no" is final. */
async function retried<T>(signal: AbortSignal | undefined, attempt: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; ++tries) {
    try {
      return await attempt();
    } catch (error) {
      const again = error instanceof ApiError && (error.status === 0 || error.status >= 500);
      if (!again || tries === triesMax || signal?.aborted) throw error;
      await new Promise((resolve) => setTimeout(resolve, 250 * 4 ** (tries - 1)));
    }
  }
}

interface Sending {
  query?: Query;
  headers?: Record<string, string>;
  body?: string;
  signal?: AbortSignal;
}

async function send(method: string, path: string, sending: Sending = {}): Promise<Response> {
  let answer: Response;
  try {
    answer = await fetch(withQuery(path, sending.query ?? {}), {
      method,
      headers: { ...sending.headers, ...sessionHeader },
      body: sending.body,
      signal: sending.signal,
      credentials: 'same-origin',
      cache: 'no-store',
    });
  } catch (error) {
    throw unreachable(error);
  }
  if (answer.ok) return answer;
  throw s3Error(answer.status, await answer.text().catch(() => ''), answer.headers.get('x-amz-request-id'));
}

/** PUT by XMLHttpRequest, which tells how much was sent. Answers the ETag. */
function sendWithProgress(
  url: string,
  body: Blob,
  headers: Record<string, string>,
  { signal, onProgress }: UploadOptions,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const abort = () => request.abort();
    request.open('PUT', url);
    for (const [name, value] of Object.entries({ ...headers, ...sessionHeader })) {
      request.setRequestHeader(name, value);
    }
    request.upload.onprogress = (event) => onProgress?.(event.loaded);
    request.onload = () => {
      if (request.status < 300) {
        onProgress?.(body.size);
        resolve(request.getResponseHeader('etag') ?? '');
      } else {
        reject(s3Error(request.status, request.responseText, request.getResponseHeader('x-amz-request-id')));
      }
    };
    request.onerror = () => reject(unreachable(undefined));
    request.onabort = () => reject(new DOMException('The upload was cancelled', 'AbortError'));
    request.onloadend = () => signal?.removeEventListener('abort', abort);
    if (signal?.aborted) {
      request.onabort(new ProgressEvent('abort'));
      return;
    }
    signal?.addEventListener('abort', abort);
    request.send(body);
  });
}

const sessionHeader = { 'x-anabranch-session': '1' };

function s3Error(status: number, body: string, requestId: string | null): ApiError {
  if (status === 401) sessionExpired();
  try {
    return errorIn(parseXml(body), status, requestId ?? undefined);
  } catch {
    return new ApiError(status, s3StatusMessage(status), requestId ?? undefined);
  }
}

function errorIn(xml: Element, status: number, requestId?: string): ApiError {
  const code = xmlText(xml, 'Code') || undefined;
  return new ApiError(
    status,
    xmlText(xml, 'Message') || code || s3StatusMessage(status),
    xmlText(xml, 'RequestId') || requestId,
    code,
  );
}

/** HEAD has no body to say more. */
function s3StatusMessage(status: number): string {
  if (status === 404) return 'There is no such object.';
  if (status === 403) return 'You may not do this.';
  return `The server answered ${status}.`;
}

function describe(headers: Headers): S3ObjectHead {
  const metadata: Record<string, string> = {};
  const others: Record<string, string> = {};
  headers.forEach((value, name) => {
    if (name.startsWith('x-amz-meta-')) metadata[name.slice('x-amz-meta-'.length)] = value;
    else others[name] = value;
  });
  // Of a range, the length of the whole is after the slash.
  const whole = headers.get('content-range')?.split('/')[1] ?? headers.get('content-length');
  return {
    size: Number(whole),
    etag: (headers.get('etag') ?? '').replaceAll('"', ''),
    contentType: headers.get('content-type') ?? '',
    modifiedMs: Date.parse(headers.get('last-modified') ?? ''),
    metadata,
    headers: others,
  };
}

function withQuery(path: string, query: Query): string {
  const search = Object.entries(query)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`);
  return search.length > 0 ? `${path}?${search.join('&')}` : path;
}

/** What encodeURIComponent leaves although S3 clients encode it. */
function encodeSegment(segment: string): string {
  return encodeURIComponent(segment).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function appendText(xml: XMLDocument, parent: Node, name: string, value: string): void {
  parent.appendChild(xml.createElement(name)).textContent = value;
}

async function sha256Base64(body: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(body));
  return btoa(String.fromCharCode(...new Uint8Array(digest)));
}
