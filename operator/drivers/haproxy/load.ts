import { Fault } from '../../core/fault.ts';
import { isUnreachable, withEach } from './fan-out.ts';
import { configName } from './file.ts';
import type { Model } from './model.ts';
import type { Place } from './place.ts';
import { render } from './render.ts';
import type { Runtime } from './runtime.ts';
import { script, scriptName } from './script.ts';

/** A process as it was found. */
export interface Standing {
  readonly process: Runtime;
  /** Hash of the structure that it runs; undefined if it does not run, or is out of reach. */
  readonly running: string | undefined;
}

export interface Load {
  readonly id: string;
  readonly place: Place;
  readonly before: Model | undefined;
  readonly model: Model;
  /** What a process that runs the model tells of itself. */
  readonly wanted: string;
  readonly standings: readonly Standing[];
}

/** A file that HAProxy itself has checked, and a reload of each process that runs something else. */
export async function loadInto(load: Load, signal: AbortSignal, reloading: () => void): Promise<void> {
  const running = load.standings.filter((each) => each.running !== undefined);
  // Nobody knows whether a process has read what somebody wrote into the file.
  const isEdited = load.place.store.isEdited();
  const stale = running.filter((each) => each.running !== load.wanted || isEdited).map(({ process }) => process);
  await write(
    load,
    stale,
    running.map(({ process }) => process),
    signal,
  );
  if (stale.length === 0) return;
  reloading();
  await reload(load, stale, signal);
}

async function write(
  { id, place, model }: Load,
  stale: readonly Runtime[],
  running: readonly Runtime[],
  signal: AbortSignal,
): Promise<void> {
  const content = render(model);
  if (stale.length === 0 && place.store.holds(content)) return;
  const proposed = await place.store.propose(content);
  if (stale.length > 0) {
    await withEach(stale, async (process) => {
      await process.deliver(scriptName, [Buffer.from(script)]);
      await process.deliver(proposed, content);
    });
    const verdict = await place.check(id, proposed, signal);
    if (verdict && !verdict.ok)
      throw new Fault(
        'bug',
        'BalancerRejected',
        `HAProxy finds fault with its new configuration; the old one stays in force: ${verdict.output.slice(0, 500)}`,
      );
  }
  await place.store.accept(model, content);
  await withEach(running, (process) => process.deliver(configName, content));
}

/**
 * A file that passes the check can still fail to load (a port is taken): then the old one comes back. One process tries
 * it for all.
 */
async function reload({ place, before, wanted }: Load, stale: readonly Runtime[], signal: AbortSignal): Promise<void> {
  const [first, ...others] = stale;
  try {
    await first?.reload(signal, wanted).catch((fault: unknown) => {
      if (others.length === 0 || !isUnreachable(fault)) throw fault;
    });
    await withEach(others, (process) => process.reload(signal, wanted));
  } catch (fault) {
    if (before) await restore(place, before, stale);
    throw fault;
  }
}

async function restore({ store }: Place, before: Model, processes: readonly Runtime[]): Promise<void> {
  const content = render(before);
  await store.propose(content);
  await store.accept(before, content);
  await withEach(processes, (process) => process.deliver(configName, content));
}
