/** The server answered "no", or did not answer at all (status 0). Every call of src/api fails with this and nothing else. */
export class ApiError extends Error {
  override name = 'ApiError';

  constructor(
    readonly status: number,
    message: string,
    /** What the server's log calls this request, where it said so. */
    readonly requestId?: string,
    /** S3's code, such as NoSuchBucket. */
    readonly code?: string,
    /** For 429: how long to wait. */
    readonly retryAfterSeconds?: number,
  ) {
    super(message);
  }

  get isUnreachable(): boolean {
    return this.status === 0;
  }
}

/** What a broken connection becomes; an abort stays an abort. */
export function unreachable(cause?: unknown): Error {
  if (cause instanceof DOMException && cause.name === 'AbortError') return cause;
  return new ApiError(0, 'The server cannot be reached. Is it running, and is the network up?');
}

export function hasStatus(error: unknown, status: number): boolean {
  return error instanceof ApiError && error.status === status;
}
