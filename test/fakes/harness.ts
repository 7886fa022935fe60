import { kinds } from '../../controllers/index.ts';
import { findCondition } from '../../operator/core/condition.ts';
import type { HashVersion } from '../../operator/core/hash.ts';
import { SecretValues } from '../../operator/core/redact.ts';
import { Operator } from '../../operator/engine/operator.ts';
import { Store } from '../../operator/engine/store.ts';
import type { Instruments } from '../../operator/ports/instruments.ts';
import { silentLogger, type Logger } from '../../operator/ports/logger.ts';
import { Life } from './life.ts';
import { network, type Manifest } from './manifests.ts';
import { MemoryRecords } from './records.ts';
import { FakeSource } from './source.ts';
import { FakeWorld } from './world.ts';

export interface HarnessOptions {
  readonly world?: FakeWorld;
  readonly source?: FakeSource;
  readonly allowEmpty?: boolean;
  readonly logger?: Logger;
  readonly secrets?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly hashVersions?: readonly HashVersion[];
  readonly instruments?: Instruments;
}

const longestMs = 600_000;

/** An operator on a fake world, and the means to let time pass for both. */
export class Harness {
  readonly world: FakeWorld;
  readonly source: FakeSource;
  /** Outlive an operator, as files do. */
  readonly records: MemoryRecords;
  readonly secrets: Record<string, Record<string, string>> = {};
  readonly #options: HarnessOptions;
  operator: Operator;
  #life: Life;

  constructor(options: HarnessOptions = {}) {
    this.#options = options;
    this.world = options.world ?? new FakeWorld();
    this.source = options.source ?? new FakeSource();
    this.source.isSubjectTo(this.world.circumstances);
    this.source.mayBeEmpty = options.allowEmpty ?? false;
    this.records = new MemoryRecords(this.world.circumstances);
    this.#life = new Life(this.world.clock);
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
    await this.until(this.operator.start());
  }

  /** Lets time pass for the world and the operator. */
  async pass(ms: number): Promise<void> {
    await this.world.clock.advance(ms);
  }

  /** Lets time pass until this comes to its end: on a troubled world it may take a while. */
  async until<Result>(end: Promise<Result>): Promise<Result> {
    const ended = end.then(
      () => true,
      () => true,
    );
    await this.pass(0);
    for (let passedMs = 0; !(await Promise.race([ended, this.pass(100).then(() => false)])); passedMs += 100)
      if (passedMs > longestMs) throw new Error(`it has not come to its end after ${longestMs} ms`);
    return end;
  }

  /** Ends this operator as somebody does who asks it to stop, and puts a new one in its place; it is not started. */
  async replace(): Promise<void> {
    await this.until(this.operator.stop());
    await this.pass(5_000);
    // The process is over; what hung till then is not waited for.
    this.crash();
  }

  /**
   * Ends this operator at once, as a kill does, and puts a new one in its place; it is not started.
   * @param isFarEnough whether a call that is under way takes effect all the same
   */
  crash(isFarEnough: () => boolean = () => false): void {
    const { signal } = this.#life;
    this.#life.end();
    for (const { line } of [...this.world.drivers, this.records]) line.abandon(signal, isFarEnough);
    this.#rise();
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

  #redact(text: string): string {
    const values = new SecretValues();
    for (const secret of Object.values(this.secrets)) for (const value of Object.values(secret)) values.add(value);
    return values.redact(text);
  }

  #rise(): void {
    this.#life = new Life(this.world.clock);
    this.operator = this.#build();
  }

  #build(): Operator {
    const life = this.#life;
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
      records: this.records.of(life.signal),
      sources: [life.source(source.open())],
      drivers: world.drivers.map((driver) => life.driver(driver)),
      clock: life.clock,
      ...(this.#options.instruments && { instruments: this.#options.instruments }),
      ...(this.#options.hashVersions && { hashVersions: this.#options.hashVersions }),
      random: world.random,
      platform: { hostNetwork: true, operatorUser: '0:0', stateDirectory: '/state', bridgeImage: 'mcpnet/bridge:1' },
      probe: life.asked(world.probe),
      countSessions: life.asked(world.countSessions),
      logger: this.#options.logger ?? silentLogger,
      secrets: {
        digests: (name) => (this.secrets[name] ? new Map(Object.entries(this.secrets[name])) : undefined),
        value: (name, key) => this.secrets[name]?.[key],
        redact: (text) => this.#redact(text),
      },
    });
  }
}
