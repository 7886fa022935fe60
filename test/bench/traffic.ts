/**
 * Light traffic in a process of its own, so that it does not share an event loop with what is measured. Asks until it is
 * told SIGTERM, then prints `{"requests":N,"failures":[...]}`. Usage: traffic.ts URL
 */
import { Agent } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { ask } from '../support/http.ts';
import { jsonHeaders } from './client.ts';

const clients = 4;
const pauseMs = 20;
const [base = ''] = process.argv.slice(2);
const failures: string[] = [];
let requests = 0;
const ending = new AbortController();

process.once('SIGTERM', () => {
  ending.abort();
});
await Promise.all(Array.from({ length: clients }, client));
process.stdout.write(`${JSON.stringify({ requests, failures })}\n`);

async function client(): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  while (!ending.signal.aborted) {
    try {
      await session(agent);
    } catch (error) {
      failures.push(`${new Date().toISOString()} ${error instanceof Error ? error.message : String(error)}`);
    }
    await delay(pauseMs);
  }
  agent.destroy();
}

/** initialize, a call, DELETE. Nothing is tried twice. */
async function session(agent: Agent): Promise<void> {
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'bench', version: '1' } };
  const opening = await post(agent, { jsonrpc: '2.0', id: 1, method: 'initialize', params }, {});
  const session = { 'mcp-session-id': opening.headers['mcp-session-id'] ?? '' };
  await delay(pauseMs);
  await post(agent, { jsonrpc: '2.0', id: 2, method: 'tools/list' }, session);
  await delay(pauseMs);
  requests++;
  const { status } = await ask(`${base}/mcp`, { method: 'DELETE', headers: session, agent });
  if (status !== 200 && status !== 204) throw new Error(`DELETE is answered ${status}`);
}

async function post(agent: Agent, body: object, headers: Record<string, string>): ReturnType<typeof ask> {
  requests++;
  const question = { method: 'POST', agent, headers: { ...jsonHeaders, ...headers }, body: JSON.stringify(body) };
  const answer = await ask(`${base}/mcp`, question);
  if (answer.status !== 200) throw new Error(`POST is answered ${answer.status}: ${answer.body.slice(0, 200)}`);
  return answer;
}
