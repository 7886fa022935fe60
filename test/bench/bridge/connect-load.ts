/**
 * Connects so many clients at once, so many times, each time with new ones, and prints what every one of them took from
 * its `initialize` to the answer of its `notifications/initialized`, in ms, as JSON: an array of rounds. A process of its
 * own, so that it shares its event loop with nothing. Usage: connect-load.ts BASE sdk|raw CLIENTS ROUNDS
 */
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { BenchSession } from './session.ts';

/** Connects and gives what ends the session again. */
type Connect = () => Promise<() => Promise<void>>;

const pauseMs = 300;
const [base = '', kind, clients = '', rounds = ''] = process.argv.slice(2);
const connect: Connect = kind === 'sdk' ? connectSdk : connectRaw;
const times: number[][] = [];
for (let round = 0; round < Number(rounds); round++) times.push(await measure());
process.stdout.write(`${JSON.stringify(times)}\n`);
process.exit(0);

async function measure(): Promise<number[]> {
  const connected = await Promise.all(
    Array.from({ length: Number(clients) }, async () => {
      const startedMs = performance.now();
      const end = await connect();
      return { end, tookMs: performance.now() - startedMs };
    }),
  );
  await Promise.all(connected.map(({ end }) => end()));
  await delay(pauseMs);
  return connected.map(({ tookMs }) => tookMs);
}

async function connectSdk(): Promise<() => Promise<void>> {
  const client = new Client({ name: 'bench', version: '1' });
  const transport = new StreamableHTTPClientTransport(new URL(`${base}/mcp`));
  await client.connect(transport);
  return async () => {
    await transport.terminateSession();
    await client.close();
  };
}

async function connectRaw(): Promise<() => Promise<void>> {
  const session = await BenchSession.open(base);
  return () => session.end();
}
