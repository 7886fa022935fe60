import { ask, askJson } from './http.ts';

export interface HealthEntry {
  readonly Service: {
    readonly ID: string;
    readonly Service: string;
    readonly Address: string;
    readonly Port: number;
    readonly Tags: readonly string[];
    readonly Meta: Readonly<Record<string, string>>;
    /** Raft index at which this registration was made; another one after it was made anew. */
    readonly CreateIndex: number;
    readonly ModifyIndex: number;
  };
  readonly Checks: readonly { readonly CheckID: string; readonly Status: string; readonly Output: string }[];
}

/** Consul's own HTTP API, asked beside the operator. */
export class ConsulView {
  readonly #address: string;
  readonly #headers: Readonly<Record<string, string>>;

  constructor(port: number, token?: string, host = '127.0.0.1') {
    this.#address = `http://${host}:${port}`;
    this.#headers = token === undefined ? {} : { 'x-consul-token': token };
  }

  health(service: string): Promise<readonly HealthEntry[]> {
    return askJson(`${this.#address}/v1/health/service/${service}`, { headers: this.#headers });
  }

  async passing(service: string): Promise<readonly HealthEntry[]> {
    const entries = await this.health(service);
    return entries.filter(({ Checks }) => Checks.every(({ Status }) => Status === 'passing'));
  }

  /** Names of all registered services but Consul itself. */
  async services(): Promise<readonly string[]> {
    const catalog = await askJson<Record<string, unknown>>(`${this.#address}/v1/catalog/services`, {
      headers: this.#headers,
    });
    return Object.keys(catalog)
      .filter((name) => name !== 'consul')
      .sort();
  }

  /** Which registrations there are and since which raft index: equal before and after means nobody registered. */
  async registrations(): Promise<string> {
    const names = await this.services();
    const entries = await Promise.all(names.map((name) => this.health(name)));
    const lines = entries
      .flat()
      .map(({ Service: { ID, CreateIndex, ModifyIndex } }) => `${ID} ${CreateIndex} ${ModifyIndex}`);
    return lines.sort().join('\n');
  }

  async put(path: string, body: unknown): Promise<string> {
    const answer = await ask(`${this.#address}${path}`, {
      method: 'PUT',
      headers: this.#headers,
      body: JSON.stringify(body),
    });
    if (answer.status !== 200) throw new Error(`Consul answered ${answer.status} to ${path}: ${answer.body}`);
    return answer.body;
  }

  agentService(id: string): Promise<unknown> {
    return askJson(`${this.#address}/v1/agent/service/${id}`, { headers: this.#headers });
  }
}
