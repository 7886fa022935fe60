import Consul from 'consul';
import { Fault } from '../../core/fault.ts';
import { hashVersion } from '../../core/hash.ts';
import type { Observed, RegistrationItem } from '../../core/item.ts';
import type { RegistrationSpec } from '../../core/route-spec.ts';
import { meta, registrationDrift, sealed, type AgentCheck, type AgentService } from './seal.ts';

/** Where a Consul answers. */
export interface Endpoint {
  /** Base URL. */
  readonly address: string;
  readonly token?: string;
  readonly datacenter: string;
}

const deadlineMs = 5_000;

/** One Consul agent. Registrations go to the agent, not the catalogue: only those are checked, and survive its restarts. */
export class Registry {
  readonly #network: string;
  readonly #scope: string;
  readonly #endpoint: Endpoint;
  readonly #client: Consul;

  constructor(network: string, scope: string, endpoint: Endpoint) {
    const { hostname, port, protocol } = new URL(endpoint.address);
    const secure = protocol === 'https:';
    this.#network = network;
    this.#scope = scope;
    this.#endpoint = endpoint;
    this.#client = new Consul({
      host: hostname,
      port: Number(port || (secure ? 443 : 80)),
      secure,
      defaults: endpoint.token === undefined ? {} : { token: endpoint.token },
    });
  }

  serves(endpoint: Endpoint): boolean {
    return JSON.stringify(endpoint) === JSON.stringify(this.#endpoint);
  }

  async list(): Promise<Observed[]> {
    // The library leaves answers untyped; these are the shapes of the agent API's documentation.
    const [services, checks] = (await Promise.all([
      this.#ask('list services', this.#client.agent.service.list(bounded({}))),
      this.#ask('list checks', this.#client.agent.checks(bounded({}))),
    ])) as [Record<string, AgentService>, Record<string, AgentCheck>];
    const ours = Object.values(services).filter(
      ({ Meta }) => Meta?.[meta.owner] === this.#scope && Meta[meta.key] !== undefined,
    );
    return ours.map((service) =>
      this.#observe(
        service,
        Object.values(checks).filter(({ ServiceID }) => ServiceID === service.ID),
      ),
    );
  }

  /** @param exists an entry under this id with another check type must go first, or both checkers would run on */
  async register(item: RegistrationItem, exists: boolean): Promise<Observed> {
    const { spec, id } = item;
    if (exists) await this.deregister(id);
    // The workload has just been probed: the check need not prove that again before it counts.
    const check = { ...checkOptions(spec), status: 'passing', notes: item.hash };
    await this.#ask(
      `register ${id}`,
      this.#client.agent.service.register(
        bounded({
          id: this.#serviceId(id),
          ...sealed({
            name: spec.service,
            address: spec.address as string,
            port: spec.port,
            tags: [...spec.tags],
            meta: {
              ...(spec.meta as Record<string, string>),
              [meta.owner]: this.#scope,
              [meta.key]: item.owner,
              [meta.id]: id,
              [meta.hash]: item.hash,
              [meta.hashVersion]: hashVersion,
            },
          }),
          // The library's type wants every kind of check at once.
          check: check as never,
        }),
      ),
    );
    return {
      type: 'registration',
      id,
      owner: item.owner,
      hash: item.hash,
      workload: id,
      phase: 'ready',
      fields: { registry: this.#network, health: 'passing' },
    };
  }

  async deregister(id: string): Promise<void> {
    try {
      await this.#ask(`deregister ${id}`, this.#client.agent.service.deregister(bounded({ id: this.#serviceId(id) })));
    } catch (error) {
      if (!(error instanceof Fault && error.message.includes('Unknown service'))) throw error;
    }
  }

  /** Calls back on every change until the returned function is called. */
  watch(changed: () => void): () => void {
    const watch = this.#client.watch({
      method: this.#client.health.state,
      options: { state: 'any', wait: '55s', timeout: 70_000 } as never,
      backoffFactor: 500,
      backoffMax: 5_000,
      maxAttempts: Number.MAX_SAFE_INTEGER,
    });
    watch.on('change', changed);
    // The library retries by itself; the list reports that Consul is away.
    watch.on('error', () => undefined);
    return () => {
      watch.end();
    };
  }

  #serviceId(id: string): string {
    return `${this.#scope}-${id}`;
  }

  #observe(service: AgentService, checks: readonly AgentCheck[]): Observed {
    const { Address, Port, Tags, Meta, Service } = service;
    const id = Meta?.[meta.id] ?? '';
    const drift = registrationDrift(service, checks);
    const worst = checks.find(({ Status }) => Status !== 'passing');
    return {
      type: 'registration',
      id,
      owner: Meta?.[meta.key] ?? '',
      workload: id,
      phase: 'ready',
      // What somebody changed matches no hash.
      hash: drift === undefined ? (Meta?.[meta.hash] ?? '') : '',
      fields: {
        registry: this.#network,
        health: worst?.Status ?? 'passing',
        address: Address,
        port: String(Port),
        service: Service,
        tags: (Tags ?? []).join(','),
        ...(drift !== undefined && { drift }),
      },
      ...(worst && { message: worst.Output.slice(0, 200) }),
    };
  }

  async #ask<Answer>(what: string, promise: Promise<Answer>): Promise<Answer> {
    try {
      return await promise;
    } catch (error) {
      const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 0;
      const message = error instanceof Error ? error.message : String(error);
      if (status === 403)
        throw new Fault(
          'invalid',
          'RegistryRefused',
          `Consul at ${this.#endpoint.address} refuses to ${what}: the token lacks service:write; name one that has it in spec.discovery.consul.tokenFrom`,
          { cause: error },
        );
      throw new Fault(
        'transient',
        'RegistryUnreachable',
        `Consul at ${this.#endpoint.address} cannot ${what}: ${message}`,
        { cause: error },
      );
    }
  }
}

/** The library takes a time-out with every call, which its types do not mention. */
function bounded<Options extends object>(options: Options): Options {
  return { ...options, timeout: deadlineMs };
}

/** The balancer knows best: it checks every replica itself, and so both tell the same within an interval. */
function checkOptions({ check }: RegistrationSpec): Record<string, string> {
  const { address, port, backend, instance } = check;
  return {
    // Bound: address and instance have been filled in.
    http: `http://${address as string}:${port}/servers/${backend}/${instance as string}`,
    interval: `${check.intervalMs}ms`,
    timeout: `${check.timeoutMs}ms`,
  };
}
