import type { ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { replyJson } from './reply.ts';
import type { RequestCount } from './request-count.ts';
import type { SessionTable } from './session-table.ts';

const lookEveryMs = 100;

/**
 * `GET /drained`: answers when nobody uses the server any more. A platform that takes the container away asks before it
 * stops it (Kubernetes, "Container Lifecycle Hooks", preStop), and decides for how long it waits.
 */
export class DrainEndpoint {
  readonly #sessions: SessionTable;
  readonly #requests: RequestCount;

  constructor(sessions: SessionTable, requests: RequestCount) {
    this.#sessions = sessions;
    this.#requests = requests;
  }

  async get(response: ServerResponse): Promise<void> {
    while (this.#sessions.size + this.#requests.size > 0) {
      if (response.destroyed) return;
      await delay(lookEveryMs);
    }
    replyJson(response, 200, { sessions: 0, requests: 0 });
  }
}
