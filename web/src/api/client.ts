/**
 * The REST client: typed by the OpenAPI file, signed in by the session's cookie. `answer()` turns a call into its data or
 * an ApiError; queries and mutations use nothing else.
 */
import createClient, { type Middleware } from 'openapi-fetch';
import { ApiError, unreachable } from './error';
import { sessionExpired } from './session-events';
import type { paths } from './types';

export const apiBase = '/api/v1';

const errorsAndSession: Middleware = {
  async onResponse({ request, response }) {
    if (response.ok) return;
    // A wrong pair at sign-in is an answer, not the end of a session.
    const isSession = new URL(request.url).pathname === `${apiBase}/session`;
    if (response.status === 401 && !isSession) sessionExpired();
    throw await restError(response);
  },
  onError({ error }) {
    return error instanceof ApiError ? error : unreachable(error);
  },
};

export const api = createClient<paths>({ baseUrl: apiBase, credentials: 'same-origin' });
api.use(errorsAndSession);

/** The data of a call; an error was thrown before. A 204 answers undefined. */
export async function answer<Data>(call: Promise<{ data?: Data }>): Promise<Data> {
  return (await call).data as Data;
}

export async function restError(response: Response): Promise<ApiError> {
  const text = await response.text().catch(() => '');
  return new ApiError(
    response.status,
    messageIn(text) ?? `The server answered ${response.status} ${response.statusText}`.trim(),
    response.headers.get('x-request-id') ?? undefined,
    undefined,
    Number(response.headers.get('retry-after')) || undefined,
  );
}

function messageIn(text: string): string | undefined {
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body === 'object' && body !== null && 'message' in body && typeof body.message === 'string') {
      return body.message;
    }
  } catch {
    // Not JSON: a proxy's page, or nothing. The status line has to do.
  }
  return undefined;
}
