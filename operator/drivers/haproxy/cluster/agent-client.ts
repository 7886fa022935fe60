import { Agent, request } from 'node:http';
import { Fault } from '../../../core/fault.ts';

export interface AgentPlace {
  readonly address: string;
  readonly port: number;
  readonly token: () => string | undefined;
}

export interface AgentCall {
  readonly method: 'PUT' | 'POST';
  readonly path: string;
  readonly body: Buffer;
  readonly headers?: Readonly<Record<string, string>>;
  readonly deadlineMs: number;
  readonly signal: AbortSignal;
}

const connectMs = 2_000;
/** One for all: connections are kept while they are used. */
const agent = new Agent({ keepAlive: true, keepAliveMsecs: 5_000, maxFreeSockets: 64 });

/** Asks the program beside HAProxy. @throws Fault transient `BalancerUnreachable` if no good answer comes in time */
export function callAgent({ address, port, token }: AgentPlace, call: AgentCall): Promise<string> {
  return new Promise((resolve, reject) => {
    const fail = (cause: unknown): void => {
      const what = `HAProxy's Pod at ${address} does not answer (${call.path})`;
      reject(new Fault('transient', 'BalancerUnreachable', `${what}: ${String(cause)}`, { cause }));
    };
    const signal = AbortSignal.any([call.signal, AbortSignal.timeout(call.deadlineMs)]);
    const headers = { ...call.headers, 'x-mcpnet-token': token() ?? '', 'content-length': call.body.length };
    const sent = request({ host: address, port, path: call.path, method: call.method, agent, headers, signal });
    sent.on('socket', (socket) => {
      if (!socket.connecting) return;
      const timer = setTimeout(() => socket.destroy(new Error(`no connection within ${connectMs} ms`)), connectMs);
      socket.once('connect', () => {
        clearTimeout(timer);
      });
      socket.once('close', () => {
        clearTimeout(timer);
      });
    });
    sent.once('error', fail);
    sent.once('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('error', fail);
      response.once('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        if ((response.statusCode ?? 0) < 300) resolve(text);
        else fail(`${response.statusCode} ${text.slice(0, 200)}`);
      });
    });
    sent.end(call.body);
  });
}
