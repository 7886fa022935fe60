import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { kinds } from '../../../controllers/index.ts';
import type { Action } from '../../../operator/core/plan.ts';
import { Operator } from '../../../operator/engine/operator.ts';
import { Store } from '../../../operator/engine/store.ts';
import { noInstruments, type Instruments } from '../../../operator/ports/instruments.ts';
import { silentLogger } from '../../../operator/ports/logger.ts';
import { DirectorySource } from '../../../operator/sources/directory.ts';
import { BenchClock } from './bench-clock.ts';
import { LeanDriver } from './lean-world.ts';
import { noSecrets } from '../../../operator/ports/secrets.ts';

export const resyncMs = 30_000;
const quietMs = 30;
const deadlineMs = 300_000;

/** An operator over a directory of so many manifests and a lean world. */
export class ScaleRig {
  readonly clock = new BenchClock();
  readonly engine = new LeanDriver('docker', ['network', 'volume', 'workload']);
  readonly registry = new LeanDriver('consul', ['registration']);
  readonly balancer = new LeanDriver('haproxy', ['balancer', 'backend', 'server']);
  readonly passes = new Map<string, number>();
  readonly directory: string;
  readonly operator: Operator;
  /** Under way. */
  #scans = 0;
  /** Called when the source says that something changed. */
  onHint: () => void = () => undefined;

  static async open(
    services: number,
    replicas = 2,
    everyMs = resyncMs,
    instruments: Instruments = noInstruments,
  ): Promise<ScaleRig> {
    const directory = await mkdtemp(join(tmpdir(), 'mcpnet-scale-'));
    const rig = new ScaleRig(directory, everyMs, instruments);
    await writeFile(
      join(directory, 'network.json'),
      manifest('MCPNetwork', 'default', { ports: { services: '20000-59999' } }),
    );
    for (let index = 0; index < services; index++) await rig.declare(index, { replicas });
    return rig;
  }

  private constructor(directory: string, everyMs: number, instruments: Instruments) {
    this.directory = directory;
    const source = new DirectorySource(directory);
    this.operator = new Operator({
      scope: 'scale',
      kinds,
      store: new Store({ allowEmpty: false }),
      sources: [
        {
          name: source.name,
          scan: async () => {
            this.#scans++;
            return source.scan().finally(() => this.#scans--);
          },
          read: (file) => source.read(file),
          watch: (changed, signal) => {
            source.watch((file) => {
              this.onHint();
              changed(file);
            }, signal);
          },
        },
      ],
      records: { load: async () => ({ documents: [], damaged: [] }), save: async () => {}, remove: async () => {} },
      drivers: [this.engine, this.registry, this.balancer],
      secrets: noSecrets,
      probe: async () => ({
        ok: true,
        fields: { serverName: 'lean', serverVersion: '1', protocolVersion: '2025-11-25', capabilities: 'tools' },
      }),
      countSessions: async () => 0,
      clock: this.clock,
      random: Math.random,
      platform: { hostNetwork: true, operatorUser: '0:0', stateDirectory: '/state', bridgeImage: 'mcpnet/bridge:1' },
      logger: {
        ...silentLogger,
        debug: (message, fields) => {
          if (message === 'pass finished') this.passes.set(String(fields?.['key']), this.passesOf(fields?.['key']) + 1);
        },
      },
      resyncMs: everyMs,
      instruments,
    });
  }

  get drivers(): readonly LeanDriver[] {
    return [this.engine, this.registry, this.balancer];
  }

  passesOf(key: unknown): number {
    return this.passes.get(String(key)) ?? 0;
  }

  onAction(callback: (action: Action) => void): void {
    for (const driver of this.drivers) driver.onAction = callback;
  }

  async declare(index: number, spec: Readonly<Record<string, unknown>>): Promise<void> {
    const name = nameOf(index);
    const text = manifest('MCPService', name, {
      image: 'tiny:1',
      transport: 'stdio',
      rollout: { drainTimeout: '0s' },
      ...spec,
    });
    await writeFile(join(this.directory, `${name}.json`), text);
  }

  async withdraw(index: number): Promise<void> {
    await rm(join(this.directory, `${nameOf(index)}.json`));
  }

  /** Resolves when nothing has been under way for a while. */
  async quiet(): Promise<void> {
    const untilMs = performance.now() + deadlineMs;
    for (let still = 0; still < quietMs;) {
      await delay(5);
      still = this.operator.idle && this.#scans === 0 ? still + 5 : 0;
      if (performance.now() > untilMs) throw new Error('the operator does not come to rest');
    }
  }

  /** Ids of workloads that run. */
  running(): string[] {
    return [...this.engine.items.values()].flatMap(({ type, id, phase }) =>
      type === 'workload' && phase === 'starting' ? [id] : [],
    );
  }

  async close(): Promise<void> {
    await this.operator.stop();
    await rm(this.directory, { recursive: true, force: true });
  }
}

export function nameOf(index: number): string {
  return `service-${String(index).padStart(5, '0')}`;
}

function manifest(kind: string, name: string, spec: object): string {
  return `${JSON.stringify({ apiVersion: 'mcpnet.io/v1alpha1', kind, metadata: { name }, spec }, undefined, 2)}\n`;
}
