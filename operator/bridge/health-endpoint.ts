import type { ServerResponse } from 'node:http';
import type { Isolation } from './isolation.ts';
import { replyJson } from './reply.ts';
import type { RequestCount } from './request-count.ts';
import type { SessionTable } from './session-table.ts';

/** `GET /health`: 200 when a client would be served now, 503 with the reason when not. */
export class HealthEndpoint {
  readonly #isolation: Isolation;
  readonly #sessions: SessionTable;
  readonly #requests: RequestCount;

  constructor(isolation: Isolation, sessions: SessionTable, requests: RequestCount) {
    this.#isolation = isolation;
    this.#sessions = sessions;
    this.#requests = requests;
  }

  async get(response: ServerResponse): Promise<void> {
    const verdict = await this.#isolation.check();
    const counts = {
      isolation: this.#isolation.kind,
      sessions: this.#sessions.size,
      maxSessions: this.#sessions.max,
      requests: this.#requests.size,
      children: this.#isolation.children(),
    };
    if (!verdict.ok) {
      const status = verdict.reason === 'starting' ? 'starting' : 'failed';
      return replyJson(response, 503, { status, reason: verdict.reason, ...counts });
    }
    const { serverInfo, protocolVersion, capabilities } = verdict.facts;
    replyJson(response, 200, { status: 'ok', ...counts, serverInfo, protocolVersion, capabilities });
  }
}
