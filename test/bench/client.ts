import { setTimeout as delay } from 'node:timers/promises';
import { ask, type Answer } from '../support/http.ts';

const answerMs = 2_000;
const deadlineMs = 120_000;
const message = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'mcpnet-bench', version: '1' } },
};
export const jsonHeaders = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };

/** Asks for a session as a client would, over a connection of its own. */
export function initialize(base: string): Promise<Answer> {
  return ask(`${base}/mcp`, {
    method: 'POST',
    headers: jsonHeaders,
    body: JSON.stringify(message),
    timeoutMs: answerMs,
  });
}

export async function openSession(base: string): Promise<string> {
  const { status, headers, body } = await initialize(base);
  const session = headers['mcp-session-id'];
  if (status !== 200 || session === undefined) throw new Error(`${base} answers ${status}: ${body.slice(0, 200)}`);
  return session;
}

/**
 * Resolves with the time, in milliseconds since the epoch, at which an initialize was first answered. A question goes
 * out every `everyMs` whether the one before was answered or not: one that hangs must not hide that the next would pass.
 */
export async function untilRoutable(base: string, everyMs: number): Promise<number> {
  const endMs = Date.now() + deadlineMs;
  const answeredMs: number[] = [];
  while (answeredMs.length === 0 && Date.now() < endMs) {
    void initialize(base).then(
      ({ status }) => {
        if (status === 200) answeredMs.push(Date.now());
      },
      () => undefined,
    );
    await delay(everyMs);
  }
  const [first] = answeredMs;
  if (first === undefined) throw new Error(`${base} answers no initialize within ${deadlineMs / 1000} s`);
  return first;
}
