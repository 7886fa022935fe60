import { itemKey, type ItemKey } from '../../operator/core/item.ts';
import type { Action } from '../../operator/core/plan.ts';
import type { FakeDriver } from '../fakes/driver.ts';
import type { Harness } from '../fakes/harness.ts';
import { watchPasses } from './watch-passes.ts';

/** What the operator may count on in this run, and so what is expected of it. */
export interface Expectations {
  readonly services: readonly string[];
  /** Whether nothing but the operator takes anything away: then it must never leave less than there should be. */
  readonly isCalm: boolean;
}

interface Wanted {
  readonly replicas: number;
  readonly most: number;
  /** The old one goes before the new one comes. */
  readonly isExclusive: boolean;
}

/** Looks over an operator's shoulder, and over those of all that come after it, and writes down what it must never do. */
export class Watch {
  readonly breaches: string[] = [];
  readonly #harness: Harness;
  readonly #expectations: Expectations;
  /** Items that are being acted on, by the process that does. */
  readonly #acting = new WeakMap<object, Set<ItemKey>>();
  /** Items that the operator could not look at when it wanted to. */
  readonly #unseen = new Set<ItemKey>();
  /** What was wanted of a service when an action was decided on. */
  readonly #wanted = new WeakMap<Action, ReadonlyMap<string, Wanted>>();

  constructor(harness: Harness, expectations: Expectations) {
    this.#harness = harness;
    this.#expectations = expectations;
    for (const driver of harness.world.drivers) this.#watch(driver);
    watchPasses(harness, (breach) => this.breaches.push(breach));
  }

  #watch(driver: FakeDriver): void {
    const [apply, act] = [driver.apply.bind(driver), driver.act.bind(driver)];
    this.#watchReads(driver);
    driver.apply = async (action, caller) => {
      this.#wanted.set(action, this.#wantedNow());
      this.#expectUse(action);
      const acting = this.#actingOf(caller ?? driver);
      const item = itemKey(action.item);
      if (acting.has(item)) this.breaches.push(`acted on twice at once: ${describe(action)}`);
      acting.add(item);
      return apply(action, caller).finally(() => acting.delete(item));
    };
    driver.act = (action) => {
      if (isForeign(this.#harness, action)) this.breaches.push(`not ours: ${describe(action)}`);
      const before = this.#reached();
      act(action);
      this.#judge(action, before);
    };
  }

  #watchReads(driver: FakeDriver): void {
    const [read, list] = [driver.read.bind(driver), driver.list.bind(driver)];
    driver.read = async (ref, caller) => {
      try {
        const found = await read(ref, caller);
        // What was not found may have come to be while the answer was on its way.
        if (found) this.#unseen.delete(itemKey(ref));
        return found;
      } catch (error) {
        this.#unseen.add(itemKey(ref));
        throw error;
      }
    };
    driver.list = async (caller) => {
      const listed = await list(caller);
      for (const item of listed) this.#unseen.delete(itemKey(item));
      return listed;
    };
  }

  #judge(action: Action, before: ReadonlyMap<string, number>): void {
    this.#expectMemory(action);
    if (!this.#expectations.isCalm) return;
    const after = this.#reached();
    for (const [service, wanted] of this.#wanted.get(action) ?? []) {
      const [was, is] = [before.get(service) ?? 0, after.get(service) ?? 0];
      if (is < was && is < wanted.replicas && !wanted.isExclusive)
        this.breaches.push(`left ${is} of ${wanted.replicas} routes (there were ${was}): ${describe(action)}`);
      const isMore =
        action.verb === 'create' && action.item.type === 'workload' && action.item.owner.endsWith(`/${service}`);
      // What a call has made that failed may be unseen for a while, if looking fails as well.
      const made = containersOf(this.#harness, service).filter((name) => !this.#unseen.has(`workload/${name}`)).length;
      if (isMore && made > wanted.most)
        this.breaches.push(`${made} containers where ${wanted.most} are the most: ${describe(action)}`);
    }
  }

  /** What has been done is not done again by one who could see that it was. */
  #expectUse(action: Action): void {
    if (!this.#expectations.isCalm || this.#unseen.has(itemKey(action.item))) return;
    if (isDone(this.#harness, action)) this.breaches.push(`was done already: ${describe(action)}`);
  }

  /** What is declared goes only if a scan that was whole did not find it. */
  #expectMemory(action: Action): void {
    const { source, operator } = this.#harness;
    const key = action.item.owner;
    const [kind, , name] = key.split('/');
    const goes = action.verb === 'drain' || action.verb === 'remove';
    if (goes && operator.store.get(key) === undefined && !source.missed.has(`${kind}/${name}`))
      this.breaches.push(`forgets what is declared: ${describe(action)}`);
  }

  #reached(): Map<string, number> {
    if (!this.#expectations.isCalm) return new Map();
    const { world } = this.#harness;
    return new Map(this.#expectations.services.map((name) => [name, world.balancer.routes(name).length]));
  }

  #wantedNow(): Map<string, Wanted> {
    const { store } = this.#harness.operator;
    return new Map(
      this.#expectations.services.map((name) => {
        // Admission has checked it against the schema.
        const spec = store.get(`MCPService/default/${name}`)?.spec as
          | { replicas: number; rollout: { maxSurge: number; strategy: string; canary?: { replicas: number } } }
          | undefined;
        const { replicas = 0, rollout } = spec ?? {};
        const isExclusive = rollout?.strategy === 'recreate';
        // Beside what runs stands what is prepared to take its place.
        const more = (isExclusive ? replicas : (rollout?.maxSurge ?? 0)) + (rollout?.canary?.replicas ?? 0);
        return [name, { replicas, most: replicas + more, isExclusive }];
      }),
    );
  }

  #actingOf(caller: object): Set<ItemKey> {
    const acting = this.#acting.get(caller) ?? new Set();
    this.#acting.set(caller, acting);
    return acting;
  }
}

/** Every container of a service, in whatever state. */
export function containersOf({ world }: Harness, service: string): string[] {
  return [...world.engine.containers.values()].flatMap(({ name, item }) =>
    item?.owner === `MCPService/default/${service}` ? [name] : [],
  );
}

function isForeign({ world }: Harness, { verb, item }: Action): boolean {
  const { engine, registry } = world;
  const isTheirs = (things: ReadonlyMap<string, unknown>): boolean =>
    things.has(item.id) && things.get(item.id) === undefined;
  switch (item.type) {
    case 'workload':
      return engine.containers.has(item.id) && engine.containers.get(item.id)?.item === undefined;
    case 'network':
      return verb !== 'create' && isTheirs(engine.networks);
    case 'volume':
      return verb !== 'create' && isTheirs(engine.volumes);
    case 'registration':
      return isTheirs(registry.entries);
    case 'balancer':
    case 'budget':
    case 'backend':
    case 'server':
      return false;
  }
}

/** Whether a workload runs, or a server is there or drains, as this action would have it. */
function isDone({ world }: Harness, { verb, item }: Action): boolean {
  if (item.type === 'workload' && (verb === 'create' || verb === 'start'))
    return world.engine.containers.get(item.id)?.state === 'running';
  if (item.type !== 'server' || (verb !== 'create' && verb !== 'drain')) return false;
  const found = world.balancer.find(item);
  return found?.phase === (verb === 'drain' ? 'draining' : 'ready') && (verb === 'drain' || found.hash === item.hash);
}

function describe({ verb, item, cause }: Action): string {
  return `${verb} ${item.type} ${item.id}: ${cause}`;
}
