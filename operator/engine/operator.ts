import type { Fault } from '../core/fault.ts';
import { itemKey, type ItemRef, type Observed } from '../core/item.ts';
import type { Action, Plan } from '../core/plan.ts';
import type { Resource, ResourceKey } from '../core/resource.ts';
import { Compiler } from './compile.ts';
import { Commands } from './commands.ts';
import { Events } from './events.ts';
import { Executor } from './execute.ts';
import { Intake } from './intake.ts';
import { Observation } from './observation.ts';
import { Probation } from './probation.ts';
import { Prober } from './prober.ts';
import { Journal } from './journal.ts';
import { Ledger } from './ledger.ts';
import { KeyedQueue } from './queue.ts';
import { Readiness } from './readiness.ts';
import type { OperatorDeps } from './operator-deps.ts';
import { Passes } from './passes.ts';
import { probeOnce } from './reconcile.ts';
import { Statuses } from './statuses.ts';
import type { Store } from './store.ts';
import { Waiters } from './waiters.ts';
import { World } from './world.ts';

const passesAtOnce = 16;
const defaultResyncMs = 30_000;

/**
 * The watch loop: sources and drivers hint, keys are queued, passes plan and start actions, ends of actions queue keys
 * again. It holds nothing that the world and the manifests could not give back after a crash.
 */
export class Operator {
  readonly store: Store;
  readonly events: Events;
  readonly statuses: Statuses;
  readonly observation: Observation;
  readonly commands: Commands;
  readonly #deps: OperatorDeps;
  readonly #abort = new AbortController();
  readonly #readiness = new Readiness();
  readonly #compiler: Compiler;
  readonly #executor: Executor;
  readonly #prober: Prober;
  readonly #world: World;
  readonly #queue: KeyedQueue;
  readonly #intake: Intake;
  readonly #waiters = new Waiters();
  readonly #journal: Journal;
  readonly #ledger: Ledger;
  readonly #passes: Passes;

  constructor(deps: OperatorDeps) {
    const { clock, logger, drivers, instruments, mayWrite = () => true } = deps;
    const { signal } = this.#abort;
    this.#deps = deps;
    this.store = deps.store;
    this.events = new Events(clock, deps.secrets.redact);
    this.#journal = new Journal(this.events, logger);
    this.observation = new Observation(this.#readiness);
    const { observation } = this;
    const exists = (key: ResourceKey): boolean =>
      observation.owned(key).length > 0 || this.#world.blindness !== undefined;
    const ledger = (this.#ledger = new Ledger({ ...deps, mayWrite, exists }));
    this.#compiler = new Compiler({ ...deps, observation, ledger, blindness: () => this.#world.blindness });
    this.#executor = new Executor({
      drivers,
      observation,
      clock,
      random: deps.random,
      signal,
      mayWrite,
      ended: (...ended) => {
        this.#actionEnded(...ended);
      },
    });
    this.#prober = new Prober({
      ...deps,
      readiness: this.#readiness,
      signal,
      exists: (id, instance) => observation.get({ type: 'workload', id })?.fields['instance'] === instance,
      news: (id) => {
        observation.touch({ type: 'workload', id });
        this.#itemsChanged([observation.get({ type: 'workload', id })].filter((item) => item !== undefined));
      },
    });
    this.#world = new World({
      ...deps,
      observation,
      signal,
      changed: (items) => {
        this.#itemsChanged(items);
      },
      sighted: () => {
        this.#manifestsChanged(this.keys());
      },
    });
    this.#queue = new KeyedQueue(clock, passesAtOnce, async (key) => this.#passes.run(key), instruments);
    this.#intake = new Intake({
      ...deps,
      signal,
      applied: (changed) => {
        this.#manifestsChanged(changed);
      },
      // What cannot be seen may well exist.
      owned: (source) => this.#world.blindness !== undefined || deps.store.owns(source, observation.owners()),
    });
    const parts = { observation, ledger, executor: this.#executor, compiler: this.#compiler, clock };
    this.statuses = new Statuses({ ...parts, store: deps.store, redact: deps.secrets.redact });
    this.commands = new Commands({
      ledger,
      observation,
      wanted: (key) => this.#compiler.workloads(key),
      events: this.events,
      logger,
      clock,
      changed: (key) => {
        this.#manifestsChanged([key]);
      },
    });
    this.#passes = new Passes({
      ...parts,
      prober: this.#prober,
      probation: new Probation(deps.probationMs),
      statuses: this.statuses,
      journal: this.#journal,
      waiters: this.#waiters,
      logger,
      instruments,
      again: (key, afterMs) => {
        this.#queue.addAfter(key, afterMs);
      },
    });
  }

  /** Resolves once everything has been read for the first time and all keys are queued. */
  async start(): Promise<void> {
    await this.#readEverything();
    if (this.#abort.signal.aborted) return;
    this.#ledger.open();
    this.#queue.open();
    this.#world.watch();
    this.#intake.watch();
    this.#deps.secrets.watch?.(() => {
      for (const key of this.keys()) this.#queue.add(key);
    }, this.#abort.signal);
    this.#resyncLater();
  }

  /** Reads the world and the manifests once and returns what would be done. Writes nothing. */
  async plan(): Promise<Plan[]> {
    await this.#readEverything();
    await Promise.all(this.keys().map((key) => probeOnce(this.#compiler.desire(key), this.observation, this.#prober)));
    return this.keys().map((key) => {
      const pass = this.#passes.plan(key);
      this.statuses.settle(key, pass);
      return pass.plan;
    });
  }

  /** Looks at the whole world again, as it does by itself from time to time. Resolves when every key is queued. */
  async resync(): Promise<void> {
    this.#ledger.retry();
    await this.#world.listAll();
    this.#readiness.retain(new Set(this.observation.all().flatMap(({ fields }) => fields['instance'] ?? [])));
    for (const key of this.keys()) this.#queue.add(key);
  }

  /** What the next passes would do, from what is known now. Reads and writes nothing. */
  currentPlans(): Plan[] {
    const moving = this.keys().filter((key) => !this.#passes.isAtRest(key));
    return moving.map((key) => this.#passes.plan(key).plan);
  }

  /** Everything that is declared or exists. */
  keys(): ResourceKey[] {
    return [...new Set([...this.store.keys(), ...this.observation.owners()])].sort();
  }

  /** A resource as it is in force: as declared, or as somebody rolled it back to. */
  inForce(key: ResourceKey): Resource | undefined {
    return this.#ledger.get(key);
  }

  /** Parts of the world that cannot be reached now. */
  get unreachable(): ReadonlyMap<string, Fault> {
    return this.#world.unreachable;
  }

  /** Keys in the queue, and passes that run. */
  get load(): KeyedQueue['load'] {
    return this.#queue.load;
  }

  /** Whether nothing is queued, running or under way. Waits do not count. */
  get idle(): boolean {
    return this.#queue.idle && this.#executor.busy.size === 0;
  }

  /** Stops looking and writing. What runs goes on serving. Resolves when no action is under way any more. */
  async stop(): Promise<void> {
    this.#abort.abort();
    await this.#queue.close();
    await this.#executor.settled();
    await this.#ledger.kept();
  }

  /** The world is listed twice: where registries answer is known only once the manifests have been read. */
  async #readEverything(): Promise<void> {
    await Promise.all([this.#ledger.load(), this.#world.listAll()]);
    await this.#intake.scan();
    const namespaces = this.store.all().map(({ metadata }) => metadata.namespace);
    await Promise.all([this.#world.listAll(), this.#deps.secrets.ready?.(namespaces)]);
  }

  #actionEnded(key: ResourceKey, action: Action, fault: Fault | undefined): void {
    this.#journal.actionEnded(key, action, fault, this.#executor.retry(itemKey(action.item)));
    this.#deps.instruments?.actionEnded(key, action, fault);
    this.#queue.add(key);
    this.#wake(action.item);
  }

  #itemsChanged(items: readonly Observed[]): void {
    for (const item of items) {
      // While an action is under way its end will tell more, and a pass could do nothing.
      if (this.#executor.busy.has(itemKey(item))) continue;
      if (item.owner !== '') this.#queue.add(item.owner);
      this.#wake(item);
    }
  }

  #wake(item: ItemRef): void {
    for (const key of this.#waiters.take(item)) this.#queue.add(key);
  }

  /** Leases may move between keys, and everything compiled from a changed resource is compiled anew. */
  #manifestsChanged(changed: readonly ResourceKey[]): void {
    this.#ledger.declare(changed);
    for (const key of this.#compiler.declare(changed)) this.#queue.add(key);
  }

  #resyncLater(): void {
    this.#deps.clock.after(this.#deps.resyncMs ?? defaultResyncMs, () => {
      if (this.#abort.signal.aborted) return;
      void this.resync().then(() => {
        this.#resyncLater();
      });
    });
  }
}
