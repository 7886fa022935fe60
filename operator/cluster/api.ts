import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { setTimeout as delay } from 'node:timers/promises';
import type { Access } from './access.ts';
import { ApiError, isStatus, refusalOf } from './api-error.ts';

export interface Call {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below the server: `/api/v1/namespaces/default/secrets`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly contentType?: string;
  /** For the whole of the answer; 15 s when not given. */
  readonly deadlineMs?: number;
  readonly signal?: AbortSignal;
}

const defaultDeadlineMs = 15_000;
/** A server that asks to be left alone for longer has its caller decide. */
const longestRetryMs = 5_000;
const mostRetries = 3;
const userAgent = 'mcpnet';

/** An API server. Every call has its own deadline and throws nothing but {@link ApiError} and the signal's reason. */
export class ClusterApi {
  readonly access: Access;

  constructor(access: Access) {
    this.access = access;
  }

  /** Carries out a call and returns the JSON that is answered. Waits where the server is busy and says for how long. */
  async request<Shape>(call: Call): Promise<Shape> {
    const deadline = AbortSignal.timeout(call.deadlineMs ?? defaultDeadlineMs);
    const signal = call.signal ? AbortSignal.any([call.signal, deadline]) : deadline;
    for (let attempt = 0; ; attempt++) {
      try {
        const response = await this.#send(call, signal);
        // As the server documents it for this call.
        return JSON.parse(await textOf(response)) as Shape;
      } catch (error) {
        call.signal?.throwIfAborted();
        const waitMs = isStatus(error, 429) ? (error.retryAfterMs ?? 1_000) : Infinity;
        if (attempt >= mostRetries || waitMs > longestRetryMs || deadline.aborted) throw asApiError(error, call);
        await delay(waitMs, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  /** Server-side apply, by force: what this manager declares is its own (Kubernetes, "Server-Side Apply"). */
  apply<Shape>(path: string, manager: string, body: unknown, signal?: AbortSignal): Promise<Shape> {
    const query = { fieldManager: manager, force: 'true' };
    const contentType = 'application/apply-patch+yaml';
    return this.request({ method: 'PATCH', path, query, body, contentType, ...(signal && { signal }) });
  }

  /** Opens an answer that does not end by itself; the deadline is for its beginning. */
  async open(call: Call): Promise<IncomingMessage> {
    const beginning = new AbortController();
    const timer = setTimeout(() => {
      beginning.abort(new Error('no answer in time'));
    }, call.deadlineMs ?? defaultDeadlineMs);
    try {
      return await this.#send(call, call.signal ? AbortSignal.any([call.signal, beginning.signal]) : beginning.signal);
    } catch (error) {
      call.signal?.throwIfAborted();
      throw asApiError(error, call);
    } finally {
      clearTimeout(timer);
    }
  }

  /** The answer, once it is known to be a good one. Credentials that were refused are read anew, once. */
  async #send(call: Call, signal: AbortSignal): Promise<IncomingMessage> {
    for (const isSecond of [false, true]) {
      const response = await this.#ask(call, isSecond, signal).catch((error: unknown) => {
        // The server may close a connection that is kept in the very moment in which it is used again.
        if (error instanceof KeptConnectionClosed) return this.#ask(call, isSecond, signal);
        throw error;
      });
      const status = response.statusCode ?? 0;
      if (status >= 200 && status < 300) return response;
      const text = await textOf(response);
      if (status !== 401 || isSecond) throw refusalOf(status, text, response.headers['retry-after']);
    }
    throw new ApiError(401, 'Unauthorized', 'the credentials are refused');
  }

  async #ask(call: Call, wasRefused: boolean, signal: AbortSignal): Promise<IncomingMessage> {
    signal.throwIfAborted();
    const { agent, headers } = await this.access.credentials(wasRefused);
    const query = new URLSearchParams(call.query).toString();
    const url = new URL(`${this.access.server}${call.path}${query === '' ? '' : `?${query}`}`);
    const body = call.body === undefined ? undefined : JSON.stringify(call.body);
    const send = url.protocol === 'http:' ? httpRequest : httpsRequest;
    return new Promise((resolve, reject) => {
      const sent = send(
        url,
        {
          method: call.method ?? 'GET',
          agent,
          signal,
          headers: {
            accept: 'application/json',
            'user-agent': userAgent,
            ...headers,
            ...(body !== undefined && {
              'content-type': call.contentType ?? 'application/json',
              'content-length': Buffer.byteLength(body),
            }),
          },
        },
        resolve,
      );
      sent.once('error', (error: NodeJS.ErrnoException) => {
        reject(sent.reusedSocket && error.code === 'ECONNRESET' ? new KeptConnectionClosed(error) : error);
      });
      sent.end(body);
    });
  }
}

class KeptConnectionClosed extends Error {
  constructor(cause: Error) {
    super(cause.message, { cause });
  }
}

async function textOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function asApiError(error: unknown, { method = 'GET', path }: Call): ApiError {
  if (error instanceof ApiError) return error;
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const words = cause instanceof Error ? cause.message : String(cause);
  return new ApiError(0, '', `${method} ${path}: ${words}`, undefined, { cause: error });
}
