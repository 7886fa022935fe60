/** Where a Consul answers, and as whom. */
export interface ConsulAccess {
  /** Base URL. */
  readonly address: string;
  /** Asked for every call: people mend secrets while we wait. */
  readonly token: () => string | undefined;
}

/** An entry of the key-value store, as far as locks need it. */
export interface Entry {
  /** The session that holds it, if one does. */
  readonly session: string | undefined;
  readonly value: string;
  /** To be given to the next look, which then waits for a change. */
  readonly index: string;
}

const deadlineMs = 1_000;

/**
 * The calls of Consul's HTTP API that a session lock is made of (https://developer.hashicorp.com/consul/api-docs/session).
 * The session lives by a TTL check of a service of its own: sessions with a TTL themselves cannot have one below 10 s.
 */
export class ConsulSession {
  readonly id: string;
  readonly #check: string;
  readonly #access: ConsulAccess;

  private constructor(id: string, check: string, access: ConsulAccess) {
    this.id = id;
    this.#check = check;
    this.#access = access;
  }

  /** @param check id of the service and its check, used by nobody else */
  static async open(
    access: ConsulAccess,
    check: string,
    times: { readonly ttlMs: number; readonly lockDelayMs: number },
    signal: AbortSignal,
  ): Promise<ConsulSession> {
    await put(
      access,
      '/v1/agent/service/register',
      {
        ID: check,
        Name: 'mcpnet-operator',
        Check: {
          CheckID: check,
          TTL: `${times.ttlMs}ms`,
          Status: 'passing',
          // Of one that ends without a word nothing is left after a minute, Consul's shortest time for that.
          DeregisterCriticalServiceAfter: '1m',
        },
      },
      signal,
    );
    const session = await put(
      access,
      '/v1/session/create',
      {
        Name: check,
        NodeChecks: ['serfHealth'],
        ServiceChecks: [{ ID: check }],
        LockDelay: `${times.lockDelayMs}ms`,
        Behavior: 'release',
      },
      signal,
    );
    return new ConsulSession((JSON.parse(session) as { ID: string }).ID, check, access);
  }

  async acquire(key: string, value: string, signal: AbortSignal): Promise<boolean> {
    return (await put(this.#access, `/v1/kv/${key}?acquire=${this.id}`, value, signal)).trim() === 'true';
  }

  /** @throws if the session may not live on */
  async renew(): Promise<void> {
    await put(this.#access, `/v1/agent/check/pass/${this.#check}`, undefined);
  }

  /** Gives the lock back, without the delay that its loss would have. Never throws: what remains ends by itself. */
  async close(key: string): Promise<void> {
    for (const path of [
      `/v1/kv/${key}?release=${this.id}`,
      `/v1/session/destroy/${this.id}`,
      `/v1/agent/service/deregister/${this.#check}`,
    ])
      await put(this.#access, path, undefined).catch(() => undefined);
  }
}

/** A look that is certainly not stale; with an index it waits for a change since, at most `waitMs`. */
export async function readEntry(
  access: ConsulAccess,
  key: string,
  signal: AbortSignal | undefined,
  wait?: { readonly index: string; readonly waitMs: number },
): Promise<Entry | undefined> {
  const query = wait ? `index=${wait.index}&wait=${wait.waitMs}ms` : 'consistent';
  // Consul adds up to a sixteenth to the time that is asked for.
  const response = await ask(access, 'GET', `/v1/kv/${key}?${query}`, undefined, signal, (wait?.waitMs ?? 0) * 1.1);
  if (response.status === 404) return undefined;
  const [entry] = JSON.parse(response.text) as { Session?: string; Value: string | null; ModifyIndex: number }[];
  return {
    session: entry?.Session,
    value: Buffer.from(entry?.Value ?? '', 'base64').toString('utf8'),
    index: String(entry?.ModifyIndex ?? 1),
  };
}

async function put(access: ConsulAccess, path: string, body: unknown, signal?: AbortSignal): Promise<string> {
  return (await ask(access, 'PUT', path, body, signal)).text;
}

async function ask(
  { address, token: tokenNow }: ConsulAccess,
  method: string,
  path: string,
  body?: unknown,
  signal?: AbortSignal,
  moreMs = 0,
): Promise<{ readonly status: number; readonly text: string }> {
  const deadline = AbortSignal.timeout(deadlineMs + moreMs);
  const token = tokenNow();
  const response = await fetch(`${address}${path}`, {
    method,
    signal: signal ? AbortSignal.any([signal, deadline]) : deadline,
    ...(token !== undefined && { headers: { 'x-consul-token': token } }),
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  if (response.status === 403)
    throw new Error('the token lacks session:write, key:write on mcpnet/, service:write or node:read');
  if (!response.ok && response.status !== 404) throw new Error(`${response.status} ${text.trim()}`);
  return { status: response.status, text };
}
