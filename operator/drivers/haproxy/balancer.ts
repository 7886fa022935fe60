import type { Counters } from './counters.ts';
import { failureOf, withEach } from './fan-out.ts';
import { loadInto, type Standing } from './load.ts';
import { Draft, type Model, type ServerEntry } from './model.ts';
import type { ConfigStore, Place } from './place.ts';
import { render } from './render.ts';
import { configHash, structureHash } from './structure.ts';
import type { Runtime } from './runtime.ts';

/** A change of the model, and for changes of servers the runtime calls that make a running process follow. */
export interface Change {
  /** Changes the draft, or gives another one; undefined takes everything away. */
  readonly mutate: (draft: Draft | undefined) => Draft | undefined;
  readonly follow?: (runtime: Runtime, before: Model | undefined, isOneOfSeveral: boolean) => Promise<void>;
  /** Done to each of several processes once all have followed: a session that begins in one is known to the others. */
  readonly open?: (runtime: Runtime) => Promise<void>;
  /** The server that leaves the running process by this change. */
  readonly leaving?: (before: Model | undefined) => Leaving | undefined;
}

export interface Leaving {
  readonly server: ServerEntry;
  /** Time for requests that are on their way, or still look for a connection, to end or turn to another server. */
  readonly graceMs: number;
}

/** What became of each change of a batch in one process. */
interface Told extends Standing {
  readonly outcomes: readonly PromiseSettledResult<Leaving | undefined>[];
}

interface Pending {
  readonly change: Change;
  readonly resolve: () => void;
  readonly reject: (fault: unknown) => void;
}

const gatherMs = 5;
const reloadSpacingMs = 250;
const retireDeadlineMs = 5_000;
const removeDeadlineMs = 15_000;

/**
 * The one writer of one HAProxy. Changes that arrive while another is being made are made together: however many
 * services come at once, the configuration is written once and each process reloaded once.
 */
export class Balancer {
  readonly id: string;
  readonly place: Place;
  #pending: Pending[] = [];
  #flushing: Promise<void> | undefined;
  /** Servers that are on their way out of the processes; the file does not have them any more. */
  readonly leaving = new Set<ServerEntry>();
  /** Counts reloads of this process's making; for tests and metrics. */
  reloads = 0;
  #reloadedAtMs = -Infinity;
  /** Grows with the beginning and with the end of every change: equal before and after a look, none was made meanwhile. */
  changesMade = 0;
  /** Whether a process answered when last asked; what is not yet, or no longer, running listens at no port. */
  answers = false;

  constructor(id: string, place: Place) {
    this.id = id;
    this.place = place;
  }

  /** What a process that runs this model tells of itself. */
  wantedHash(model: Model): string {
    return this.place.isDynamic ? structureHash(model) : configHash(model);
  }

  get file(): ConfigStore {
    return this.place.store;
  }

  get model(): Model | undefined {
    return this.file.model();
  }

  /** What each process has counted. @throws if none can be asked */
  counters(signal: AbortSignal): Promise<Counters[]> {
    return withEach(this.place.processes(), (process) => process.counters(signal));
  }

  /** Every process that is to stay, and the structure that it runs; none if it does not run, or is out of reach. */
  async structures(signal: AbortSignal): Promise<Standing[]> {
    const staying = this.place.processes().filter(({ isLeaving }) => isLeaving !== true);
    const standings = await Promise.all(
      staying.map(async (process) => ({ process, running: await process.structure(signal) })),
    );
    this.answers = standings.some(({ running }) => running !== undefined);
    return standings;
  }

  /** Resolves when no change is being made: only then do file and process have to agree. */
  async idle(): Promise<void> {
    await this.#flushing;
  }

  /** Resolves when the change is in the file and in every running process. */
  change(change: Change, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#pending.push({ change, resolve, reject });
      this.changesMade++;
      this.#flushing ??= this.#flush(signal);
    });
  }

  async #flush(signal: AbortSignal): Promise<void> {
    while (this.#pending.length > 0) {
      if (this.#pending.some(isStructural)) await this.#gather();
      for (const batch of inOrder(this.#pending.splice(0))) {
        try {
          await this.#make(batch, signal);
        } catch (fault) {
          for (const { reject } of batch) reject(fault);
        }
      }
    }
    // In the same turn as the last look: what comes between the two would be made by nobody.
    this.#flushing = undefined;
    this.changesMade++;
  }

  /** Every reload leaves a worker behind for as long as its streams are open: what comes in a row is loaded together. */
  async #gather(): Promise<void> {
    const sinceMs = performance.now() - this.#reloadedAtMs;
    await new Promise((resolve) => setTimeout(resolve, Math.max(gatherMs, reloadSpacingMs - sinceMs)));
  }

  async #make(batch: readonly Pending[], signal: AbortSignal): Promise<void> {
    const before = this.file.model();
    const draft = before && new Draft(before);
    const model = batch.reduce<Draft | undefined>((current, { change }) => change.mutate(current), draft);
    if (!model) {
      // A file that cannot be read just now is not one that may go, and its sockets with it.
      if (before) await this.file.remove();
    } else if (before && this.place.isDynamic && !batch.some(isStructural) && !this.file.isEdited()) {
      if (await this.#follow(batch, before, model, signal)) return;
      await this.#load(before, model, signal);
    } else {
      await this.#load(before, model, signal);
    }
    for (const { resolve } of batch) resolve();
  }

  /**
   * Changes of servers: the file first, then the processes. Each is asked for its structure at the same time as it is told:
   * one that runs on another structure is not what was meant to follow. Returns whether all that run follow.
   */
  async #follow(batch: readonly Pending[], before: Model, model: Model, signal: AbortSignal): Promise<boolean> {
    const replaced = this.file.replace(model);
    if (replaced) await replaced;
    const processes = this.place.processes();
    const isSeveral = processes.length > 1;
    const told = await Promise.all(
      processes.map((process) => this.#tellAll(process, batch, before, isSeveral, signal)),
    );
    const running = told.filter((each) => each.running !== undefined);
    if (isSeveral) await openEach(batch, running);
    for (const { process } of running) process.remember?.(render(model));
    const wanted = this.wantedHash(model);
    if (running.some(({ process, running: hash }) => hash !== wanted && process.isLeaving !== true)) return false;
    for (const [index, { resolve, reject }] of batch.entries()) {
      const outcomes = running.flatMap(({ outcomes: [...all] }) => all[index] ?? []);
      const failure = running.length === 0 ? undefined : failureOf(outcomes);
      const leaving = outcomes.find((outcome) => outcome.status === 'fulfilled')?.value;
      if (failure) reject(failure.reason);
      // Waiting for requests that are on their way holds up no other change.
      else if (leaving)
        this.#seeOut(
          leaving,
          running.map(({ process }) => process),
          signal,
        ).then(resolve, reject);
      else resolve();
    }
    return true;
  }

  async #tellAll(
    process: Runtime,
    batch: readonly Pending[],
    before: Model,
    isSeveral: boolean,
    signal: AbortSignal,
  ): Promise<Told> {
    const [running, outcomes] = await Promise.all([
      process.structure(signal),
      Promise.allSettled(batch.map(({ change }) => this.#tell(process, change, before, isSeveral))),
    ]);
    return { process, running, outcomes };
  }

  async #tell(process: Runtime, change: Change, before: Model, isSeveral: boolean): Promise<Leaving | undefined> {
    await change.follow?.(process, before, isSeveral);
    const leaving = change.leaving?.(before);
    if (leaving) await process.retireServer(leaving.server, AbortSignal.timeout(retireDeadlineMs));
    return leaving;
  }

  /** Everything else: a file that HAProxy itself has checked, and a reload of each that runs something else. */
  async #load(before: Model | undefined, model: Model, signal: AbortSignal): Promise<void> {
    const standings = await this.structures(signal);
    const load = { id: this.id, place: this.place, before, model, wanted: this.wantedHash(model), standings };
    await loadInto(load, signal, () => {
      this.reloads++;
      this.#reloadedAtMs = performance.now();
    });
  }

  async #seeOut({ server, graceMs }: Leaving, processes: readonly Runtime[], signal: AbortSignal): Promise<void> {
    this.leaving.add(server);
    try {
      const deadline = AbortSignal.any([signal, AbortSignal.timeout(graceMs + removeDeadlineMs)]);
      await withEach(processes, (process) => process.removeServer(server, graceMs, deadline));
    } finally {
      this.leaving.delete(server);
    }
  }
}

/** What one process could not be told shows at the next look, as any other difference. */
async function openEach(batch: readonly Pending[], running: readonly Told[]): Promise<void> {
  await Promise.allSettled(
    running.flatMap(({ process, outcomes }) =>
      batch.map(async ({ change }, index) => {
        if (outcomes[index]?.status === 'fulfilled') await change.open?.(process);
      }),
    ),
  );
}

/** Whether the running process cannot be told of it. */
function isStructural({ change }: Pending): boolean {
  return !change.follow && !change.leaving;
}

/**
 * Servers leave before a reload: the process that has requests on their way to them must still be the one that is asked.
 * Everything else is made together.
 */
function inOrder(pending: readonly Pending[]): (readonly Pending[])[] {
  if (!pending.some(isStructural)) return [pending];
  const isRemoval = ({ change }: Pending): boolean => change.leaving !== undefined && !change.follow;
  const rest = pending.filter((each) => !isRemoval(each));
  return [pending.filter(isRemoval), rest].filter((batch) => batch.length > 0);
}
