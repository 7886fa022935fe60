import { kinds } from '../../controllers/index.ts';
import { findCondition } from '../../operator/core/condition.ts';
import { Operator } from '../../operator/engine/operator.ts';
import { Store } from '../../operator/engine/store.ts';
import { silentLogger, type Logger } from '../../operator/ports/logger.ts';
import type { Snapshot, Source } from '../../operator/ports/source.ts';
import { MemoryRecords } from './records.ts';
import { network, snapshotOf, type Manifest } from './manifests.ts';
import { FakeWorld } from './world.ts';

/** Manifests in memory. */
export class FakeSource implements Source {
  readonly name = 'memory';
  readonly manifests = new Map<string, unknown>();
  /** What a scan says besides. */
  more: Partial<Snapshot> = {};
  #changed: () => void = () => undefined;

  async scan(): Promise<Snapshot> {
    return snapshotOf([...this.manifests.values()], this.more);
  }

  watch(changed: () => void): void {
    this.#changed = changed;
  }

  set(...manifests: Manifest[]): void {
    for (const manifest of manifests) this.manifests.set(nameOf(manifest), manifest);
    this.#changed();
  }

  remove(...manifests: Manifest[]): void {
    for (const manifest of manifests) this.manifests.delete(nameOf(manifest));
    this.#changed();
  }
}

export interface HarnessOptions {
  readonly world?: FakeWorld;
  readonly source?: FakeSource;
  readonly allowEmpty?: boolean;
  readonly logger?: Logger;
  readonly secrets?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** An operator on a fake world, and the means to let time pass for both. */
export class Harness {
  readonly world: FakeWorld;
  readonly source: FakeSource;
  /** Outlive an operator, as files do. */
  readonly records = new MemoryRecords();
  readonly secrets: Record<string, Record<string, string>> = {};
  readonly #options: HarnessOptions;
  operator: Operator;

  constructor(options: HarnessOptions = {}) {
    this.#options = options;
    this.world = options.world ?? new FakeWorld();
    this.source = options.source ?? new FakeSource();
    this.operator = this.#build();
  }

  /** An operator with a default network beside these manifests, run until all is quiet. */
  static async settled(...manifests: Manifest[]): Promise<Harness> {
    const harness = new Harness();
    harness.source.set(network(), ...manifests);
    await harness.start();
    await harness.pass(30_000);
    return harness;
  }

  async start(): Promise<void> {
    const started = this.operator.start();
    await this.pass(0);
    // Lists may be slow on a troubled world; each round lets some of them end.
    const up = started.then(() => true);
    while (!(await Promise.race([up, this.pass(100).then(() => false)]))) continue;
    await started;
  }

  /** Lets time pass for the world and the operator. */
  async pass(ms: number): Promise<void> {
    await this.world.clock.advance(ms);
  }

  /** Ends this operator, as a crash would, and puts a new one in its place; it is not started. */
  async replace(): Promise<void> {
    const stopped = this.operator.stop();
    await this.pass(5_000);
    await stopped;
    this.operator = this.#build();
  }

  /** `True Serving`: a condition of a service. */
  condition(service: string, type = 'Ready'): string {
    const status = this.operator.statuses.get(`MCPService/default/${service}`);
    const found = status && findCondition(status.conditions, type);
    return found ? `${found.status} ${found.reason}` : 'none';
  }

  message(service: string, type = 'Ready'): string {
    const status = this.operator.statuses.get(`MCPService/default/${service}`);
    return (status && findCondition(status.conditions, type)?.message) ?? '';
  }

  #build(): Operator {
    const { world, source } = this;
    const store = new Store({ allowEmpty: this.#options.allowEmpty ?? false });
    const known = (): string[] =>
      store
        .all()
        .filter(({ kind }) => kind === 'MCPNetwork')
        .map(({ metadata }) => `MCPNetwork/${metadata.namespace}/${metadata.name}`);
    world.registry.networks = known;
    return new Operator({
      scope: 'mcpnet',
      kinds,
      store,
      records: this.records,
      sources: [source],
      drivers: world.drivers,
      clock: world.clock,
      random: world.random,
      platform: { hostNetwork: true, operatorUser: '0:0', stateDirectory: '/state', bridgeImage: 'mcpnet/bridge:1' },
      probe: world.probe,
      countSessions: world.countSessions,
      logger: this.#options.logger ?? silentLogger,
      secrets: {
        digests: (name) => (this.secrets[name] ? new Map(Object.entries(this.secrets[name])) : undefined),
        value: (name, key) => this.secrets[name]?.[key],
      },
    });
  }
}

function nameOf(manifest: Manifest): string {
  return `${String(manifest['kind'])}/${(manifest['metadata'] as { name: string }).name}`;
}
