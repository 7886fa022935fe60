import { setTimeout as delay } from 'node:timers/promises';
import { closeClients } from '../../support/mcp-clients.ts';
import type { Client } from './client.ts';
import { SessionJudge, StatelessJudge } from './judges.ts';
import { Ledger, nowMs, type LoadReport } from './ledger.ts';
import { Newcomer } from './newcomer.ts';
import { SessionClient } from './session-client.ts';
import { StatelessClient, type StatelessOptions } from './stateless-client.ts';

export interface LoadOptions {
  /** MCP endpoints; the clients are dealt out to them in turn. */
  readonly urls: readonly string[];
  /** Clients that hold a session each. */
  readonly sessions?: number;
  /** How many of these hold its event stream as well. */
  readonly streams?: number;
  /** Clients of revision 2026-07-28, each over one kept connection. */
  readonly stateless?: number;
  readonly work?: StatelessOptions['work'];
  /** Clients of each of the two official SDKs. */
  readonly judges?: number;
  /** Clients that open a session, end it, and come again, {@link newcomerPaceMs} apart. */
  readonly newcomers?: number;
  /** Between two requests of one client; 500 ms when not given. */
  readonly paceMs?: number;
  readonly newcomerPaceMs?: number;
  /** A request without an answer for so long has failed; 10 s when not given. */
  readonly timeoutMs?: number;
}

interface Round {
  readonly sinceMs: number;
  readonly missing: Set<Client>;
  readonly resolve: () => void;
}

const roundMs = 60_000;

/** Many clients of both protocol eras that ask at a set pace until they are ended, and a ledger of every answer. */
export class Load {
  readonly #ledger = new Ledger();
  readonly #clients: readonly Client[];
  readonly #loops: readonly Promise<void>[];
  readonly #ending = new AbortController();
  #rounds: Round[] = [];

  constructor(options: LoadOptions) {
    const { paceMs = 500, newcomerPaceMs = 20 } = options;
    const [regular, newcomers] = [regularClients(this.#ledger, options), newcomersOf(this.#ledger, options)];
    this.#clients = [...regular, ...newcomers];
    this.#loops = [
      ...regular.map((client) => this.#loop(client, paceMs)),
      ...newcomers.map((client) => this.#loop(client, newcomerPaceMs)),
    ];
  }

  /** From now on answers are counted for this phase. */
  phase(name: string): void {
    this.#ledger.phase = name;
  }

  /** Resolves once every client has been answered rightly something that it asked after this call. */
  round(): Promise<void> {
    return new Promise((resolve, reject) => {
      const missing = new Set(this.#clients);
      const timer = setTimeout(() => {
        const names = [...missing].map(({ name }) => name).join(', ');
        const last = JSON.stringify(this.#ledger.report.failures.at(-1));
        reject(new Error(`not answered rightly within ${roundMs / 1000} s: ${names}; the last failure: ${last}`));
      }, roundMs);
      const met = (): void => {
        clearTimeout(timer);
        resolve();
      };
      this.#rounds.push({ sinceMs: nowMs(), missing, resolve: met });
    });
  }

  /** What has been written down so far. */
  report(): LoadReport {
    return this.#ledger.report;
  }

  async end(): Promise<LoadReport> {
    this.#ending.abort();
    await Promise.all(this.#loops);
    await Promise.all(this.#clients.map((client) => client.end()));
    await closeClients();
    return this.#ledger.report;
  }

  async #loop(client: Client, paceMs: number): Promise<void> {
    const { signal } = this.#ending;
    const pause = (ms: number): Promise<unknown> => delay(ms, undefined, { signal }).catch(() => undefined);
    // Spread from the start on: hundreds that ask at the same moment measure each other.
    await pause(Math.random() * paceMs);
    while (!signal.aborted) {
      const startedMs = nowMs();
      if (await client.step()) this.#stepped(client, startedMs);
      await pause(paceMs);
    }
  }

  #stepped(client: Client, startedMs: number): void {
    for (const { missing, sinceMs } of this.#rounds) if (startedMs >= sinceMs) missing.delete(client);
    const complete = this.#rounds.filter(({ missing }) => missing.size === 0);
    if (complete.length === 0) return;
    this.#rounds = this.#rounds.filter((round) => !complete.includes(round));
    for (const { resolve } of complete) resolve();
  }
}

function regularClients(ledger: Ledger, options: LoadOptions): Client[] {
  const { sessions = 0, streams = 0, stateless = 0, judges = 0, work, timeoutMs = 10_000 } = options;
  const url = (index: number): string => options.urls[index % options.urls.length] ?? '';
  const many = (count: number, make: (index: number) => Client): Client[] =>
    Array.from({ length: count }, (_, index) => make(index));
  return [
    ...many(
      sessions,
      (index) =>
        new SessionClient(`session ${index}`, ledger, { url: url(index), timeoutMs, listens: index < streams }),
    ),
    ...many(
      stateless,
      (index) =>
        new StatelessClient(`stateless ${index}`, ledger, { url: url(index), timeoutMs, ...(work && { work }) }),
    ),
    ...many(judges, (index) => new SessionJudge(`SDK 1 client ${index}`, ledger, { url: url(index) })),
    ...many(judges, (index) => new StatelessJudge(`SDK 2 client ${index}`, ledger, { url: url(index) })),
  ];
}

function newcomersOf(ledger: Ledger, { urls, newcomers = 0, timeoutMs = 10_000 }: LoadOptions): Client[] {
  return Array.from(
    { length: newcomers },
    (_, index) => new Newcomer(`newcomer ${index}`, ledger, { url: urls[index % urls.length] ?? '', timeoutMs }),
  );
}
