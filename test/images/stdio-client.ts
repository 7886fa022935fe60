import type Docker from 'dockerode';
import { createInterface } from 'node:readline';
import { PassThrough } from 'node:stream';

export interface Reply {
  readonly id?: number;
  readonly result?: { readonly [name: string]: unknown };
  readonly error?: { readonly message: string };
}

/** Speaks MCP over the standard streams of an attached container: one JSON message a line. */
export function stdioClient(
  docker: Docker,
  stdio: NodeJS.ReadWriteStream,
): { request(method: string, params?: object): Promise<Reply>; notify(method: string): void } {
  const stdout = new PassThrough();
  docker.modem.demuxStream(stdio, stdout, new PassThrough().resume());
  const waiting = new Map<number, (reply: Reply) => void>();
  createInterface({ input: stdout }).on('line', (line) => {
    if (!line.startsWith('{')) return; // Some servers greet in plain words.
    const reply = JSON.parse(line) as Reply;
    if (reply.id !== undefined) waiting.get(reply.id)?.(reply);
  });
  let lastId = 0;
  return {
    request(method, params = {}) {
      const id = ++lastId;
      const { promise, resolve } = Promise.withResolvers<Reply>();
      waiting.set(id, resolve);
      stdio.write(`${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`);
      return promise;
    },
    notify(method) {
      stdio.write(`${JSON.stringify({ jsonrpc: '2.0', method })}\n`);
    },
  };
}

export const INITIALIZE = {
  protocolVersion: '2025-06-18',
  capabilities: {},
  clientInfo: { name: 'images-test', version: '1' },
};
