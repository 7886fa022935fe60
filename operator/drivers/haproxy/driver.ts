import { createServer } from 'node:net';
import { Fault } from '../../core/fault.ts';
import type { DesiredItem, ItemRef, ItemType, Observed } from '../../core/item.ts';
import type { Action } from '../../core/plan.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Driver, Hint } from '../../ports/driver.ts';
import type { CountSessions } from '../../ports/prober.ts';
import type { TrafficCounters } from '../../ports/traffic.ts';
import { Balancer } from './balancer.ts';
import { changeFor } from './changes.ts';
import type { BoundBalancer } from './model.ts';
import { observeBalancer, observeItem } from './observe.ts';
import type { Housing } from './place.ts';
import { isServed } from './stolen-ports.ts';
import { HaproxyTraffic } from './traffic.ts';

export interface HaproxyDriverOptions {
  readonly housing: Housing;
  readonly clock: Clock;
}

/** HAProxys by their configurations and their sockets, wherever they live. */
export class HaproxyDriver implements Driver {
  readonly name = 'haproxy';
  readonly types: readonly ItemType[] = ['balancer', 'backend', 'server'];
  readonly #housing: Housing;
  readonly #clock: Clock;
  readonly #balancers = new Map<string, Balancer>();

  constructor({ housing, clock }: HaproxyDriverOptions) {
    this.#housing = housing;
    this.#clock = clock;
  }

  async list(signal: AbortSignal): Promise<Observed[]> {
    const names = await this.#housing.names(signal);
    await Promise.all(names.map((name) => this.balancer(name).idle()));
    const observed = await Promise.all(names.map((name) => this.#observe(this.balancer(name), signal)));
    return observed.flat();
  }

  async #observe(balancer: Balancer, signal: AbortSignal): Promise<readonly Observed[]> {
    const observed = await observeBalancer(balancer, signal);
    const { model } = balancer;
    return (model && this.#housing.complete?.(balancer.id, model, observed)) ?? observed;
  }

  async read(ref: ItemRef, signal: AbortSignal): Promise<Observed | undefined> {
    return (await this.list(signal)).find(({ type, id }) => type === ref.type && id === ref.id);
  }

  async apply(action: Action, signal: AbortSignal): Promise<Observed | undefined> {
    const isGrowth = action.verb === 'create' || action.verb === 'update';
    // A server that is ready waits for nothing, not even for the end of the pass that found it so.
    const balancer =
      isGrowth && action.item.type === 'server'
        ? this.balancer(action.item.spec.balancer)
        : await this.#balancerOf(action, signal);
    if (!balancer) return undefined;
    if (isGrowth && action.item.type === 'backend') {
      const { id, owner, spec } = action.item;
      await this.#housing.admit?.(balancer.id, { id, owner, port: spec.port }, signal);
      await this.#leaveOthers(action.item, balancer, signal);
      await refuseTakenPort(action.item, balancer, signal);
    }
    await balancer.change(changeFor(action, this.#clock.now()), signal);
    if (action.item.type !== 'server') await this.#furnish(balancer, action.item, signal);
    // HAProxy has just confirmed the change: asking it again would only cost time on the way to being served.
    const observed = observeItem(balancer, action.item);
    const { model } = balancer;
    return observed && model && this.#housing.complete
      ? this.#housing.complete(balancer.id, model, [observed])[0]
      : observed;
  }

  /** After the configuration, which what stands around it starts from. */
  async #furnish({ id, model }: Balancer, item: Pick<Observed, 'id' | 'owner'>, signal: AbortSignal): Promise<void> {
    await (model ? this.#housing.furnish?.(id, model, item.id, signal) : this.#housing.clear?.(id, item.owner, signal));
  }

  watch(hint: Hint, signal: AbortSignal): void {
    const isRunning = async (name: string): Promise<boolean> =>
      (await this.balancer(name).structures(signal)).some(({ running }) => running !== undefined);
    this.#housing.watch(hint, isRunning, signal);
  }

  balancer(id: string): Balancer {
    const known = this.#balancers.get(id) ?? new Balancer(id, this.#housing.open(id));
    this.#balancers.set(id, known);
    return known;
  }

  /** What clients make of the services of all balancers. */
  traffic(countSessions: CountSessions, signal: AbortSignal): TrafficCounters {
    return new HaproxyTraffic({
      balancers: async () => (await this.#housing.names(signal)).map((name) => this.balancer(name)),
      clock: this.#clock,
      countSessions,
      signal,
    });
  }

  /** A backend of a service that moved to another network would stand in two balancers, with its servers. */
  async #leaveOthers({ type, id, owner, hash }: DesiredItem, balancer: Balancer, signal: AbortSignal): Promise<void> {
    if (type !== 'backend') return;
    const names = await this.#housing.names(signal);
    for (const other of names.filter((name) => name !== balancer.id).map((name) => this.balancer(name))) {
      if (!other.file.model()?.backends.has(id)) continue;
      const item: Observed = { type, id, owner, hash, phase: 'ready', fields: { balancer: other.id } };
      const removal: Action = { verb: 'remove', item, cause: `has moved to ${balancer.id}` };
      await other.change(changeFor(removal, this.#clock.now()), signal);
      await this.#furnish(other, item, signal);
    }
  }

  /** Undefined where what should go is gone from every balancer already. */
  async #balancerOf(action: Action, signal: AbortSignal): Promise<Balancer | undefined> {
    if (action.item.type === 'balancer') return this.balancer(action.item.id);
    if (action.verb !== 'drain' && action.verb !== 'remove') {
      const { item } = action;
      if (item.type === 'backend' || item.type === 'server') return this.balancer(item.spec.balancer);
      throw new Fault('bug', 'InternalError', `HAProxy has no items of type ${item.type}`);
    }
    const { item } = action;
    // An observed item carries no spec; its backend tells whose it is.
    const backend = item.type === 'backend' ? item.id : item.fields['backend'];
    const names = await this.#housing.names(signal);
    const id = names.find((name) => backend !== undefined && this.balancer(name).file.model()?.backends.has(backend));
    return id === undefined ? undefined : this.balancer(id);
  }
}

/**
 * A listener on a port that another process holds would make HAProxy refuse the whole file, so it is tried out first.
 * @throws Fault conflict `PortTaken`
 */
async function refuseTakenPort(item: DesiredItem, balancer: Balancer, signal: AbortSignal): Promise<void> {
  if (item.type !== 'backend') return;
  // Elsewhere it is alone with its ports.
  if (!balancer.place.sharesPorts) return;
  const { model } = balancer;
  if (!model || [...model.backends.values()].some(({ spec }) => spec.port === item.spec.port)) return;
  // A process that runs on another structure than its file may hold the port itself; the reload that follows frees it.
  const [{ running } = { running: undefined }] = await balancer.structures(signal);
  if (running !== undefined && running !== balancer.wantedHash(model)) return;
  // So does one that runs on out of our reach, until another has taken over from it.
  if (running === undefined && (await isServed(model))) return;
  const { bindAddresses } = model.balancer.spec satisfies BoundBalancer;
  // 0.0.0.0 means inside a container of its own, where nobody else listens.
  if (bindAddresses.includes('0.0.0.0')) return;
  for (const address of bindAddresses) {
    if (await isFree(address, item.spec.port)) continue;
    throw new Fault(
      'conflict',
      'PortTaken',
      `port ${item.spec.port} on ${address} is held by another process; stop that, or choose another port (\`ss -ltnp sport = :${item.spec.port}\` tells which)`,
    );
  }
}

function isFree(address: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error) => {
      resolve(!('code' in error && error.code === 'EADDRINUSE'));
    });
    server.listen({ host: address, port, exclusive: true }, () =>
      server.close(() => {
        resolve(true);
      }),
    );
  });
}
