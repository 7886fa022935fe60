import type { Observed, WorkloadItem } from '../../operator/core/item.ts';
import type { Action } from '../../operator/core/plan.ts';
import type { CountSessions, Probe } from '../../operator/ports/prober.ts';
import { FakeBalancer } from './balancer.ts';
import { FakeEngine, instanceOf, type FakeContainer } from './engine.ts';
import { ManualClock } from './manual-clock.ts';
import { FakeRegistry } from './registry.ts';
import type { FakeDriverDeps } from './driver.ts';
import { noTrouble, seeded, type Trouble } from './trouble.ts';

const bootMs = 200;

/** Docker, Consul and HAProxy in memory, with a clock of their own. The same seed gives the same world. */
export class FakeWorld {
  readonly clock = new ManualClock();
  readonly random: () => number;
  readonly trouble: Trouble = { ...noTrouble };
  /** Every action that an operator asked for. */
  readonly actions: Action[] = [];
  readonly circumstances: FakeDriverDeps;
  readonly engine: FakeEngine;
  readonly registry: FakeRegistry;
  readonly balancer: FakeBalancer;
  /** Images whose servers never answer. */
  readonly mute = new Set<string>();
  /** Only probes of this path are answered, where it is set. */
  onlyPath: string | undefined;
  /** Open sessions by instance; those that are not named have none. */
  readonly sessions = new Map<string, number>();

  constructor(seed = 1) {
    this.random = seeded(seed);
    this.circumstances = {
      clock: this.clock,
      random: this.random,
      trouble: this.trouble,
      injected: new Map(),
      onWrite: undefined,
      log: this.actions,
      effects: [],
    };
    this.engine = new FakeEngine(this.circumstances);
    this.registry = new FakeRegistry(this.circumstances);
    this.balancer = new FakeBalancer(this.circumstances);
    this.registry.isUp = (network) => this.#partServes(network, 'consul');
    this.balancer.isUp = (id) => this.#partServes(`MCPNetwork/default/${id}`, 'haproxy');
    this.engine.onStart = ({ group, owner }) => {
      if (group.name === 'haproxy') this.balancer.load(owner.split('/')[2] ?? '');
    };
    this.balancer.isHealthy = (_instance, address) => this.#answers(address);
  }

  get drivers(): [FakeEngine, FakeRegistry, FakeBalancer] {
    return [this.engine, this.registry, this.balancer];
  }

  readonly probe: Probe = async (spec, address) => {
    const up =
      spec.kind === 'http' && spec.address !== undefined
        ? this.engine.running().some((container) => this.#speaksAt(spec.socket, container))
        : this.#answers(address);
    const asked =
      this.onlyPath === undefined ||
      spec.kind === 'running' ||
      spec.kind === 'tcp' ||
      spec.path === this.onlyPath ||
      (spec.kind === 'http' && spec.address !== undefined);
    return up && asked
      ? {
          ok: true,
          fields: { serverName: 'tiny', serverVersion: '1', protocolVersion: '2025-11-25', capabilities: 'tools' },
        }
      : { ok: false, message: 'connection refused' };
  };

  readonly countSessions: CountSessions = async (address) => {
    const container = this.engine.running().find((each) => each.address === address);
    return container ? (this.sessions.get(instanceOf(container)) ?? 0) : undefined;
  };

  /** Names of running containers of a service. */
  running(service: string): string[] {
    return this.#containersOf(service)
      .map(({ name }) => name)
      .sort();
  }

  /** Containers that clients of a service reach now. A stranger's would be among them. */
  reached(service: string): string[] {
    return this.balancer
      .routes(service)
      .map(({ item }) => {
        const container = this.engine.running().find(({ address }) => address === item.spec.address);
        return container?.name ?? 'nobody';
      })
      .sort();
  }

  /** Ids under which Consul knows a service. */
  registered(service: string): string[] {
    return [...this.registry.entries.values()]
      .flatMap((item) => (item?.spec.service === service ? [item.id] : []))
      .sort();
  }

  /** Everything of ours, comparable. */
  snapshot(): Observed[] {
    return this.drivers.flatMap((driver) => {
      try {
        return driver.look();
      } catch {
        return [];
      }
    });
  }

  #containersOf(service: string): FakeContainer[] {
    return this.engine.running().filter(({ item }) => item?.owner === `MCPService/default/${service}`);
  }

  #partServes(network: string, group: WorkloadItem['group']['name']): boolean {
    return this.engine
      .running()
      .some(
        (container) =>
          container.item?.owner === network && container.item.group.name === group && this.#speaks(container),
      );
  }

  /** Whether whoever is at an address speaks; a stranger does too. */
  #answers(address: string): boolean {
    return this.engine.running().some((container) => container.address === address && this.#speaks(container));
  }

  /** At the host's ports every balancer answers, at its socket only one that has not lost it. */
  #speaksAt(socket: string | undefined, container: FakeContainer): boolean {
    const isReached = socket === undefined || container.drift?.['detached'] === undefined;
    return container.item?.spec.hostNetwork === true && isReached && this.#speaks(container);
  }

  #speaks({ startedAtMs, item }: FakeContainer): boolean {
    return this.clock.now() - startedAtMs >= bootMs && !this.mute.has(item?.spec.images[0] ?? '');
  }
}
