import { answerOf, events, textOf, type RpcMessage } from './rpc.ts';

/** A session as an ordinary client holds it: opened by initialize, until `end`. */
export interface Session {
  /** Tells it from every other; undefined where the server keeps none. */
  readonly id: string | undefined;
  readonly protocolVersion: string;
  /** @param id of the request, which the answer carries */
  call(id: string, method: string): Promise<RpcMessage | undefined>;
  end(): Promise<void>;
}

const versions = { http: '2025-11-25', sse: '2024-11-05' } as const;
const clientInfo = { name: 'mcpnet-validate', version: '1' };

/** @throws if the server does not initialize a session */
export function openSession(url: string, transport: 'http' | 'sse', signal: AbortSignal): Promise<Session> {
  return transport === 'sse' ? openSse(url, signal) : openHttp(url, signal);
}

async function openHttp(url: string, signal: AbortSignal): Promise<Session> {
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
  };
  const post = (message: object): Promise<Response> =>
    fetch(url, { method: 'POST', headers, body: JSON.stringify({ jsonrpc: '2.0', ...message }), signal });
  const response = await post(initialize(versions.http));
  const answer = await answerOf(response, 'initialize');
  if (!answer?.result) throw new Error(refusal(response.status, answer));
  const id = response.headers.get('mcp-session-id') ?? undefined;
  const protocolVersion = textOf(answer.result['protocolVersion']);
  headers['mcp-protocol-version'] = protocolVersion;
  if (id !== undefined) headers['mcp-session-id'] = id;
  await drop(await post({ method: 'notifications/initialized' }));
  return {
    id,
    protocolVersion,
    call: async (request, method) => answerOf(await post({ id: request, method }), request),
    end: async () => {
      if (id !== undefined) await fetch(url, { method: 'DELETE', headers, signal }).then(drop, () => undefined);
    },
  };
}

async function openSse(url: string, signal: AbortSignal): Promise<Session> {
  const closing = new AbortController();
  const all = AbortSignal.any([signal, closing.signal]);
  const stream = await fetch(url, { headers: { accept: 'text/event-stream' }, signal: all });
  const waiting = new Map<string | number, (message: RpcMessage | undefined) => void>();
  const named = Promise.withResolvers<string>();
  void follow(stream, url, named, waiting);
  const endpoint = await named.promise;
  const send = async (message: object): Promise<void> =>
    drop(
      await fetch(endpoint, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ jsonrpc: '2.0', ...message }),
        signal: all,
      }),
    );
  const call = async (id: string, message: object): Promise<RpcMessage | undefined> => {
    const answer = new Promise<RpcMessage | undefined>((resolve) => waiting.set(id, resolve));
    await send(message);
    return answer;
  };
  const answer = await call('initialize', initialize(versions.sse));
  if (!answer?.result) {
    closing.abort();
    throw new Error(refusal(stream.status, answer));
  }
  await send({ method: 'notifications/initialized' });
  return {
    id: endpoint,
    protocolVersion: textOf(answer.result['protocolVersion']),
    call: (id, method) => call(id, { id, method }),
    end: async () => {
      closing.abort();
    },
  };
}

/** Hands out what the stream brings until it ends; who still waits then gets nothing. */
async function follow(
  stream: Response,
  url: string,
  named: PromiseWithResolvers<string>,
  waiting: Map<string | number, (message: RpcMessage | undefined) => void>,
): Promise<void> {
  try {
    for await (const { event, data } of events(stream)) {
      if (event === 'endpoint') named.resolve(new URL(data, url).href);
      else {
        const message = JSON.parse(data) as RpcMessage;
        waiting.get(message.id ?? '')?.(message);
      }
    }
    named.reject(new Error(`the stream at ${url} ended (${stream.status})`));
  } catch (error) {
    named.reject(error);
  }
  for (const resolve of waiting.values()) resolve(undefined);
}

function initialize(protocolVersion: string): object {
  return { id: 'initialize', method: 'initialize', params: { protocolVersion, capabilities: {}, clientInfo } };
}

function refusal(status: number, answer: RpcMessage | undefined): string {
  return `initialize is answered with ${status}${answer?.error ? `: ${answer.error.message}` : ' and no result'}`;
}

async function drop(response: Response): Promise<void> {
  await response.body?.cancel();
}
