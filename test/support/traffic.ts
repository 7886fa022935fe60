import { Agent } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { ask } from './http.ts';
import { connect } from './mcp-clients.ts';

export interface TrafficOptions {
  /** Clients of the SDK, each session after session. */
  readonly sessions?: number;
  readonly callsPerSession?: number;
  /** Clients that send bare requests over one kept connection each. */
  readonly raw?: number;
  /** Between two requests of one client. */
  readonly pauseMs?: number;
}

export interface TrafficReport {
  readonly requests: number;
  readonly sessions: number;
  readonly failures: readonly string[];
}

const running = new Set<Traffic>();

/** For `afterEach`: a test that failed has not ended its own. */
export async function endTraffic(): Promise<void> {
  await Promise.all([...running].map((traffic) => traffic.end()));
}

/**
 * Clients that never stop asking a service with the tool `echo`, and check every answer. A request that fails, or an
 * answer that is another's, is a failure; nothing is tried twice.
 */
export class Traffic {
  readonly #url: URL;
  readonly #failures: string[] = [];
  readonly #loops: Promise<void>[];
  readonly #pauseMs: number;
  #requests = 0;
  #sessions = 0;
  #ending = false;

  constructor(url: URL, options: TrafficOptions = {}) {
    const { sessions = 2, callsPerSession = 10, raw = 2, pauseMs = 10 } = options;
    running.add(this);
    this.#url = url;
    this.#pauseMs = pauseMs;
    this.#loops = [
      ...Array.from({ length: sessions }, (_, index) => this.#loop(() => this.#session(index, callsPerSession))),
      ...Array.from({ length: raw }, () => this.#rawLoop()),
    ];
  }

  get requests(): number {
    return this.#requests;
  }

  get failures(): readonly string[] {
    return this.#failures;
  }

  /** Lets every client finish its session, and tells what happened. */
  async end(): Promise<TrafficReport> {
    this.#ending = true;
    running.delete(this);
    await Promise.all(this.#loops);
    return { requests: this.#requests, sessions: this.#sessions, failures: this.#failures };
  }

  async #loop(round: () => Promise<void>): Promise<void> {
    while (!this.#ending) {
      try {
        await round();
      } catch (error) {
        this.#failures.push(`${new Date().toISOString()} ${describe(error)}`);
      }
      await delay(this.#pauseMs);
    }
  }

  async #session(index: number, calls: number): Promise<void> {
    const session = await connect(this.#url);
    this.#sessions++;
    try {
      for (let call = 0; call < calls; call++) {
        const text = `client ${index}, request ${this.#requests++}`;
        const answer = await session.call('echo', { text });
        if (!answer.includes(text)) throw new Error(`asked for "${text}", got "${answer}"`);
        await delay(this.#pauseMs);
      }
    } finally {
      await session.end();
    }
  }

  async #rawLoop(): Promise<void> {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    await this.#loop(() => this.#rawSession(agent));
    agent.destroy();
  }

  /** initialize, a call, DELETE: nothing is left behind, and every answer is checked. */
  async #rawSession(agent: Agent): Promise<void> {
    const opening = await this.#post(agent, 'initialize', {
      protocolVersion: '2025-11-25',
      capabilities: {},
      clientInfo: { name: 'e2e-raw', version: '1' },
    });
    const sessionId = opening.headers['mcp-session-id'] ?? '';
    const text = `raw request ${this.#requests}`;
    const answer = await this.#post(agent, 'tools/call', { name: 'echo', arguments: { text } }, sessionId);
    if (!answer.body.includes(text)) throw new Error(`asked for "${text}", got "${answer.body.slice(0, 200)}"`);
    const headers = { 'mcp-session-id': sessionId };
    const { status } = await ask(this.#url.href, { method: 'DELETE', headers, agent });
    this.#requests++;
    if (status !== 200 && status !== 204) throw new Error(`DELETE was answered ${status}`);
  }

  async #post(agent: Agent, method: string, params: object, sessionId?: string): ReturnType<typeof ask> {
    const answer = await ask(this.#url.href, {
      method: 'POST',
      agent,
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        ...(sessionId !== undefined && { 'mcp-session-id': sessionId }),
      },
      body: JSON.stringify({ jsonrpc: '2.0', id: ++this.#requests, method, params }),
    });
    if (answer.status !== 200) throw new Error(`${method} was answered ${answer.status}: ${answer.body.slice(0, 200)}`);
    return answer;
  }
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message} (${describe(error.cause)})`;
}
