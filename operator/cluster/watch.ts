import type { IncomingMessage } from 'node:http';
import { createInterface } from 'node:readline';
import type { ClusterApi } from './api.ts';
import { ApiError } from './api-error.ts';
import type { KubeObject } from './objects.ts';

/** One line of a watch (Kubernetes API concepts, "Efficient detection of changes"). */
export interface WatchEvent<Object extends KubeObject = KubeObject> {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK';
  readonly object: Object;
}

export interface WatchCall {
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly resourceVersion: string;
  /** How long the server is to keep it open. */
  readonly seconds: number;
  /** A watch without a word for so long is ended: the connection may be dead. */
  readonly silentMs: number;
  readonly signal: AbortSignal;
}

/**
 * Opens a watch: the changes after a resource version, until the server or somebody in between ends the connection.
 * @throws ApiError if it cannot be opened; iterating does if it breaks, or if the server cannot go on (410: list again)
 */
export async function openWatch<Object extends KubeObject>(
  api: ClusterApi,
  call: WatchCall,
): Promise<AsyncGenerator<WatchEvent<Object>>> {
  const { path, query, resourceVersion, seconds, signal } = call;
  const response = await api.open({
    path,
    query: { ...query, watch: 'true', allowWatchBookmarks: 'true', resourceVersion, timeoutSeconds: String(seconds) },
    signal,
  });
  return events<Object>(response, call);
}

async function* events<Object extends KubeObject>(
  response: IncomingMessage,
  { path, silentMs, signal }: WatchCall,
): AsyncGenerator<WatchEvent<Object>> {
  let timer: NodeJS.Timeout | undefined;
  const heard = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => response.destroy(new Error(`no word for ${silentMs} ms`)), silentMs);
  };
  heard();
  response.on('data', heard);
  // A connection that breaks is an error of the stream; the lines merely end.
  let broken: Error | undefined;
  response.once('error', (error) => (broken = error));
  try {
    for await (const line of createInterface({ input: response, crlfDelay: Infinity })) {
      const event = parsed<Object>(line);
      if (event === undefined) break;
      if (event.type === 'ERROR') throw errorIn(event.object);
      yield event;
    }
    signal.throwIfAborted();
    if (broken)
      throw new ApiError(0, '', `the watch of ${path} broke: ${broken.message}`, undefined, { cause: broken });
  } finally {
    clearTimeout(timer);
    response.destroy();
  }
}

/** The last line of a connection that was cut may be half of one. */
function parsed<Object extends KubeObject>(
  line: string,
): WatchEvent<Object> | { readonly type: 'ERROR'; readonly object: unknown } | undefined {
  try {
    // As the API documents it.
    return JSON.parse(line) as WatchEvent<Object>;
  } catch {
    return undefined;
  }
}

function errorIn(status: unknown): ApiError {
  const {
    code = 0,
    reason = '',
    message = 'the watch cannot go on',
  } = status as {
    code?: number;
    reason?: string;
    message?: string;
  };
  return new ApiError(code, reason, message);
}
