import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type Docker from 'dockerode';
import { both } from '../load/service.ts';
import { docker } from '../support/docker.ts';
import type { OperatorProcess } from '../support/operator-process.ts';
import { TestNetwork } from '../support/test-network.ts';
import type { PrivateEngine } from './engine.ts';
import type { Random } from './random.ts';

/** What is declared of a service at the moment. */
export interface Declared {
  readonly name: string;
  /** Of its port in the network's range. */
  readonly index: number;
  readonly replicas: number;
  /** Another round is another environment: a rolling update. */
  readonly round: number;
}

const run = promisify(execFile);
const settableClock = new URL('settable-clock.ts', import.meta.url).href;
const stateMegabytes = 16;
const infrastructure = ['haproxy', 'consul'] as const;

/** A network whose state lies on a small disk of its own, which can be filled, and whose operator's clock can be set. */
class ChaosNetwork extends TestNetwork {
  readonly disk = join(this.directory, 'disk');
  readonly clockFile = join(this.directory, 'clock');
  override readonly state = join(this.disk, 'state');

  override async open(): Promise<void> {
    await mkdir(this.disk, { recursive: true });
    await run('mount', ['-t', 'tmpfs', '-o', `size=${stateMegabytes}m`, 'tmpfs', this.disk]);
    await writeFile(this.clockFile, '0');
    await super.open();
  }

  override spawn(flags: readonly string[] = []): OperatorProcess {
    return super.spawn(flags, { NODE_OPTIONS: `--import=${settableClock}`, MCPNET_CHAOS_CLOCK: this.clockFile });
  }
}

/** What chaos is done to: services under an operator, on an engine of their own. */
export class ChaosWorld {
  readonly net = new ChaosNetwork();
  readonly engine: PrivateEngine;
  readonly random: Random;
  #services: readonly Declared[] = [
    { name: 'large', index: 0, replicas: 3, round: 0 },
    { name: 'medium', index: 1, replicas: 2, round: 0 },
    { name: 'small', index: 2, replicas: 1, round: 0 },
  ];

  constructor(engine: PrivateEngine, random: Random) {
    this.engine = engine;
    this.random = random;
  }

  async open(): Promise<void> {
    await this.net.open();
    for (const { name } of this.#services) await this.declare(name);
    await this.net.start();
    await this.net.ready(...this.names);
    await this.net.networkReady();
  }

  get services(): readonly Declared[] {
    return this.#services;
  }

  get names(): readonly string[] {
    return this.#services.map(({ name }) => name);
  }

  /** Writes the manifest of a service as it is declared now, or with what is given from now on. */
  async declare(name: string, change: Partial<Pick<Declared, 'replicas' | 'round'>> = {}): Promise<void> {
    this.#services = this.#services.map((each) => (each.name === name ? { ...each, ...change } : each));
    const { index, replicas, round } = this.service(name);
    await this.net.write(`${name}.yaml`, both(name, { port: this.net.port(index), replicas }, round));
  }

  service(name: string): Declared {
    const found = this.#services.find((each) => each.name === name);
    if (!found) throw new Error(`there is no service ${name}`);
    return found;
  }

  /** Jumps the operator's clock to what the machine's would show after so long, or so long ago. */
  async setClock(offsetMs: number): Promise<void> {
    await writeFile(this.net.clockFile, String(offsetMs));
    process.kill(this.net.operator.pid, 'SIGUSR2');
  }

  /** One replica of a service. */
  async replica(name: string): Promise<Docker.Container> {
    const found = [...(await this.net.containers(name))].sort((left, right) => (left.Id < right.Id ? -1 : 1));
    return docker.getContainer(this.random.pick(found).Id);
  }

  /** Something of ours that runs: a replica of the service, HAProxy, or Consul. */
  container(of: string): Promise<Docker.Container> {
    return of === 'haproxy' || of === 'consul' ? this.net.container('default', 'MCPNetwork', of) : this.replica(of);
  }

  /** A service, HAProxy or Consul. */
  anything(): string {
    return this.random.pick([...this.names, ...infrastructure]);
  }
}
