import { Fault } from '../../core/fault.ts';
import type { Counters } from './counters.ts';
import { ConfigFile, configName } from './file.ts';
import { Draft, type Model, type ServerEntry } from './model.ts';
import { render } from './render.ts';
import { RemoteRuntime, type RemoteAccess } from './remote-runtime.ts';
import { script, scriptName } from './script.ts';
import { configHash, structureHash } from './structure.ts';
import { SocketRuntime, type Runtime } from './runtime.ts';

/** Asks HAProxy itself about a file of its directory; undefined if no HAProxy runs that could be asked. */
export type CheckConfig = (
  balancer: string,
  fileName: string,
  signal: AbortSignal,
) => Promise<{ ok: boolean; output: string } | undefined>;

/** A change of the model, and for changes of servers the runtime calls that make the running process follow. */
export interface Change {
  /** Changes the draft, or gives another one; undefined takes everything away. */
  readonly mutate: (draft: Draft | undefined) => Draft | undefined;
  readonly follow?: (runtime: Runtime, before: Model | undefined) => Promise<void>;
  /** The server that leaves the running process by this change. */
  readonly leaving?: (before: Model | undefined) => Leaving | undefined;
}

export interface Leaving {
  readonly server: ServerEntry;
  /** Time for requests that are on their way, or still look for a connection, to end or turn to another server. */
  readonly graceMs: number;
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
 * services come at once, the file is written once and the process reloaded once.
 */
export class Balancer {
  readonly id: string;
  readonly file: ConfigFile;
  readonly runtime: Runtime;
  readonly #check: CheckConfig;
  #pending: Pending[] = [];
  #flushing: Promise<void> | undefined;
  /** Servers that are on their way out of the process; the file does not have them any more. */
  readonly leaving = new Set<ServerEntry>();
  /** Counts reloads of this process's making; for tests and metrics. */
  reloads = 0;
  #reloadedAtMs = -Infinity;
  /** Grows with the beginning and with the end of every change: equal before and after a look, none was made meanwhile. */
  changesMade = 0;

  /** @param remote set where the container is out of reach and the engine must help */
  constructor(id: string, directory: string, check: CheckConfig, remote?: RemoteAccess) {
    this.id = id;
    this.file = new ConfigFile(directory);
    this.runtime = remote ? new RemoteRuntime(id, this.file, remote) : new SocketRuntime(directory);
    this.#check = check;
  }

  /** What a process that runs this model tells of itself. */
  wantedHash(model: Model): string {
    return this.runtime.isDynamic ? structureHash(model) : configHash(model);
  }

  get model(): Model | undefined {
    return this.file.model();
  }

  /** What the running process has counted. @throws if it cannot be asked */
  counters(signal: AbortSignal): Promise<Counters> {
    return this.runtime.counters(signal);
  }

  /** Resolves when no change is being made: only then do file and process have to agree. */
  async idle(): Promise<void> {
    await this.#flushing;
  }

  /** Resolves when the change is in the file and in the running process, if one runs. */
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
    } else if (before && this.runtime.isDynamic && !batch.some(isStructural) && !this.file.isEdited()) {
      if (await this.#follow(batch, before, model, signal)) return;
      await this.#load(before, model, signal);
    } else {
      await this.#load(before, model, signal);
    }
    for (const { resolve } of batch) resolve();
  }

  /**
   * Changes of servers: the file first, then the process. It is asked for its structure at the same time as it is told:
   * one that runs on another structure is not what was meant to follow. Returns whether a process follows, or none runs.
   */
  async #follow(batch: readonly Pending[], before: Model, model: Model, signal: AbortSignal): Promise<boolean> {
    this.file.replace(model);
    const [running, outcomes] = await Promise.all([
      this.runtime.structure(signal),
      Promise.allSettled(batch.map(({ change }) => this.#tell(change, before))),
    ]);
    if (running !== undefined && running !== this.wantedHash(model)) return false;
    for (const [index, { resolve, reject }] of batch.entries()) {
      const outcome = outcomes[index];
      if (running === undefined) resolve();
      else if (outcome?.status === 'rejected') reject(outcome.reason);
      // Waiting for requests that are on their way holds up no other change.
      else if (outcome?.value) this.#seeOut(outcome.value, signal).then(resolve, reject);
      else resolve();
    }
    return true;
  }

  async #tell(change: Change, before: Model): Promise<Leaving | undefined> {
    await change.follow?.(this.runtime, before);
    const leaving = change.leaving?.(before);
    if (leaving) await this.runtime.retireServer(leaving.server, AbortSignal.timeout(retireDeadlineMs));
    return leaving;
  }

  /** Everything else: a file that HAProxy itself has checked, and a reload if one runs and runs something else. */
  async #load(before: Model | undefined, model: Model, signal: AbortSignal): Promise<void> {
    const running = await this.runtime.structure(signal);
    // Nobody knows whether the process has read what somebody wrote into the file.
    const isReload = running !== undefined && (running !== this.wantedHash(model) || this.file.isEdited());
    await this.#write(model, isReload, running !== undefined, signal);
    if (isReload) await this.#reload(before, model, signal);
  }

  async #seeOut({ server, graceMs }: Leaving, signal: AbortSignal): Promise<void> {
    this.leaving.add(server);
    try {
      const deadline = AbortSignal.timeout(graceMs + removeDeadlineMs);
      await this.runtime.removeServer(server, graceMs, AbortSignal.any([signal, deadline]));
    } finally {
      this.leaving.delete(server);
    }
  }

  async #write(model: Model, isReload: boolean, isRunning: boolean, signal: AbortSignal): Promise<void> {
    const content = render(model);
    if (!isReload && this.file.holds(content)) return;
    const proposed = await this.file.propose(content);
    if (isReload) {
      await this.runtime.deliver(scriptName, [Buffer.from(script)]);
      await this.runtime.deliver(proposed, content);
      const verdict = await this.#check(this.id, proposed, signal);
      if (verdict && !verdict.ok)
        throw new Fault(
          'bug',
          'BalancerRejected',
          `HAProxy finds fault with its new configuration; the old one stays in force: ${verdict.output.slice(0, 500)}`,
        );
    }
    await this.file.accept(model, content);
    if (isRunning) await this.runtime.deliver(configName, content);
  }

  /** A file that passes the check can still fail to load (a port is taken): then the old one comes back. */
  async #reload(before: Model | undefined, model: Model, signal: AbortSignal): Promise<void> {
    this.reloads++;
    this.#reloadedAtMs = performance.now();
    try {
      await this.runtime.reload(signal, this.wantedHash(model));
    } catch (fault) {
      if (before) {
        const content = render(before);
        await this.file.propose(content);
        await this.file.accept(before, content);
        await this.runtime.deliver(configName, content);
      }
      throw fault;
    }
  }
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
