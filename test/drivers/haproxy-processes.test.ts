import { expect } from 'chai';
import { Fault } from '../../operator/core/fault.ts';
import type { DesiredItem } from '../../operator/core/item.ts';
import { Balancer } from '../../operator/drivers/haproxy/balancer.ts';
import { changeFor } from '../../operator/drivers/haproxy/changes.ts';
import type { Model, ServerEntry } from '../../operator/drivers/haproxy/model.ts';
import { observeBalancer } from '../../operator/drivers/haproxy/observe.ts';
import type { ConfigStore } from '../../operator/drivers/haproxy/place.ts';
import type { Runtime } from '../../operator/drivers/haproxy/runtime.ts';
import type { ServerRow } from '../../operator/drivers/haproxy/server-rows.ts';
import { structureHash } from '../../operator/drivers/haproxy/structure.ts';
import { backendItem, balancerItem, serverItem, withSpec } from '../contract/items.ts';

const { signal } = new AbortController();

/** What a Secret is to a cluster: a configuration that several processes begin from. */
class Memory implements ConfigStore {
  #model: Model | undefined;
  model = (): Model | undefined => this.#model;
  holds = (): boolean => false;
  isEdited = (): boolean => false;
  propose = (): Promise<string> => Promise.resolve('haproxy.cfg.next');
  replace(model: Model): void {
    this.#model = model;
  }
  async accept(model: Model): Promise<void> {
    this.#model = model;
  }
  async remove(): Promise<void> {
    this.#model = undefined;
  }
}

/** A HAProxy as far as it is told: it runs what it loaded last, and answers unless it is lost. */
class Process implements Runtime {
  readonly #store: Memory;
  isLost = false;
  refuses = false;
  reloads = 0;
  confirmations = 0;
  /** Until it resolves nothing is added. */
  slowness: Promise<void> | undefined;
  running: string | undefined;
  readonly rows = new Map<string, ServerRow>();

  constructor(store: Memory) {
    this.#store = store;
    this.load();
  }

  load(): void {
    const model = this.#store.model();
    this.running = model && structureHash(model);
  }

  structure = async (): Promise<string | undefined> => (this.isLost ? undefined : this.running);
  servers = async (): Promise<ServerRow[]> => [...this.rows.values()];
  counters = (): Promise<never> => Promise.reject(new Error('not asked here'));
  deliver = async (): Promise<void> => this.#answer();
  retireServer = async (): Promise<void> => this.#answer();

  confirm(): void {
    this.confirmations++;
  }

  async reload(): Promise<void> {
    this.#answer();
    this.reloads++;
    this.load();
  }

  async addServer({ spec }: ServerEntry, _signal: AbortSignal, state = 'ready'): Promise<void> {
    await this.slowness;
    this.#answer();
    const { backend, instance: name, weight, address, port } = spec;
    const status = state === 'ready' ? 'UP' : 'DRAIN';
    const row = { backend, name, status, weight, address: `${address}:${port}`, connections: 0, lastCheck: '' };
    this.rows.set(name, row);
  }

  async removeServer({ spec }: ServerEntry): Promise<void> {
    this.#answer();
    this.rows.delete(spec.instance);
  }

  async set({ spec }: ServerEntry, what: readonly string[]): Promise<boolean> {
    this.#answer();
    const row = this.rows.get(spec.instance);
    if (row && what.includes('state ready')) this.rows.set(spec.instance, { ...row, status: 'UP' });
    return row !== undefined;
  }

  #answer(): void {
    if (this.isLost) throw new Fault('transient', 'BalancerUnreachable', 'does not answer');
    if (this.refuses) throw new Fault('transient', 'BalancerRejected', 'refuses');
  }
}

describe('a balancer of several processes', () => {
  let balancer: Balancer;
  let processes: Process[];
  const item = serverItem('files-1', 'files', 'default');
  const name = 'files-1-i1';

  beforeEach(async () => {
    const store = new Memory();
    processes = [];
    const check = (): Promise<undefined> => Promise.resolve(undefined);
    const place = { store, processes: () => processes, check, isDynamic: true, sharesPorts: false };
    balancer = new Balancer('default', place);
    await put(balancerItem('default'));
    await put(backendItem('files', 21_103, 'default'));
    processes = [new Process(store), new Process(store)];
  });

  const put = (what: DesiredItem): Promise<void> =>
    balancer.change(changeFor({ verb: 'create', item: what, cause: 'test' }, 0), signal);
  const [first, second] = [(): Process => at(0), (): Process => at(1)];
  const at = (index: number): Process => {
    const process = processes[index];
    if (!process) throw new Error('there is none');
    return process;
  };
  const seen = async (): Promise<Record<string, string | undefined>> => {
    const all = await observeBalancer(balancer, signal);
    return Object.fromEntries(
      all.map(({ id, hash, fields }) => [id, fields['drift'] ?? (hash === '' ? 'stale' : 'right')]),
    );
  };

  it('begins no session at a server that another of them does not know yet', async () => {
    let hurry = (): void => {};
    second().slowness = new Promise((resolve) => (hurry = resolve));
    const added = put(item);
    await new Promise(setImmediate);
    expect(first().rows.get(name)?.status).to.equal('DRAIN');
    hurry();
    await added;
    expect([first(), second()].map(({ rows }) => rows.get(name)?.status)).to.deep.equal(['UP', 'UP']);
  });

  it('tells all of them, without a reload where it is about a server', async () => {
    await put(item);
    expect(processes.map(({ rows }) => [...rows.keys()])).to.deep.equal([[name], [name]]);
    expect(processes.map(({ reloads }) => reloads)).to.deep.equal([0, 0]);
    await put(backendItem('github', 21_104, 'default'));
    expect(processes.map(({ reloads }) => reloads)).to.deep.equal([1, 1]);
  });

  it('tells each that it has everything, and none before', async () => {
    const confirmed = (): number[] => processes.map(({ confirmations }) => Math.min(confirmations, 1));
    await put(item);
    second().rows.clear();
    await observeBalancer(balancer, signal);
    expect(confirmed()).to.deep.equal([0, 0]);
    for (const [name, row] of first().rows) second().rows.set(name, row);
    await observeBalancer(balancer, signal);
    expect(confirmed()).to.deep.equal([1, 1]);
  });

  it('listens at a port while one of them answers, whatever the file says', async () => {
    const isOpen = async (): Promise<boolean> =>
      (await observeBalancer(balancer, signal)).find(({ id }) => id === 'files')?.fields['open'] !== 'false';
    second().isLost = true;
    expect(await isOpen()).to.equal(true);
    first().isLost = true;
    expect(await isOpen()).to.equal(false);
    first().isLost = false;
    expect(await isOpen()).to.equal(true);
  });

  it('waits for none that is lost, and brings it up to date when it is back', async () => {
    second().isLost = true;
    await put(item);
    await put(backendItem('github', 21_104, 'default'));
    expect(await seen()).to.deep.equal({ default: 'right', files: 'right', github: 'right', 'files-1': 'right' });
    second().isLost = false;
    expect(await seen()).to.include({ default: 'stale' });
    await put(balancerItem('default'));
    expect(await seen()).to.deep.include({ default: 'right', 'files-1': 'the running process does not have it' });
    await put(item);
    expect(await seen()).to.include({ 'files-1': 'right' });
    // The one that had everything was left alone.
    expect([first().reloads, second().reloads]).to.deep.equal([1, 1]);
  });

  it('has made no change that one of them refuses', async () => {
    first().refuses = true;
    const fault: unknown = await put(item).catch((error: unknown) => error);
    expect(fault).to.include({ reason: 'BalancerRejected' });
  });

  it('goes back to what was where a new structure is refused, in all of them', async () => {
    second().refuses = true;
    const before = balancer.model;
    const fault: unknown = await put(backendItem('github', 21_104, 'default')).catch((error: unknown) => error);
    expect(fault).to.include({ reason: 'BalancerRejected' });
    expect([...(balancer.model?.backends.keys() ?? [])]).to.deep.equal([...(before?.backends.keys() ?? [])]);
  });

  it('sees a server down that one of them finds down, and one that belongs to nobody in any', async () => {
    await put(item);
    const row = second().rows.get(name);
    if (row) second().rows.set(name, { ...row, status: 'DOWN', lastCheck: 'Connection refused' });
    const server = (await observeBalancer(balancer, signal)).find(({ id }) => id === 'files-1');
    expect(server).to.deep.include({ message: 'Connection refused' }).and.nested.include({ 'fields.health': 'DOWN' });
    await second().addServer(
      { ...item, workload: 'x', spec: { ...item.spec, instance: 'theirs' } } as ServerEntry,
      signal,
    );
    expect(Object.keys(await seen())).to.include('files/theirs');
  });

  it('reloads none when only how they are run changes', async () => {
    const fleet = {
      image: 'haproxy:3.0',
      agentImage: 'bridge',
      agentPort: 1,
      replicas: 3,
      memoryBytes: 1,
      networks: [],
      service: { type: 'ClusterIP', annotations: {} },
    } as const;
    await put(withSpec(balancerItem('default'), { fleet }));
    expect(processes.map(({ reloads }) => reloads)).to.deep.equal([0, 0]);
    expect(balancer.model?.balancer.spec.fleet?.replicas).to.equal(3);
  });
});
