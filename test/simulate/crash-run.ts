import { Harness } from '../fakes/harness.ts';
import { FakeWorld } from '../fakes/world.ts';
import { name, type Scene } from './crash-scenes.ts';
import { endState } from './end-state.ts';
import { addForeign } from './foreign.ts';
import { settle, stepMs } from './settle.ts';
import { containersOf, Watch } from './watch.ts';

/**
 * Where an operator is killed: at a side effect, counted from 1, which then has happened or never does, and with it
 * every call that is under way.
 */
export interface Crash {
  readonly at: number;
  readonly happens: boolean;
}

export interface Run {
  /** Side effects in order: actions and writes of records, from the change on. */
  readonly writes: readonly string[];
  readonly endState: unknown;
  /** From the change on, and until all was quiet again. */
  readonly fewestRoutes: number;
  readonly mostContainers: number;
  /** Every port at which the service was served. */
  readonly ports: readonly number[];
  readonly breaches: readonly string[];
  /** What the next operator would do. */
  readonly planned: readonly string[];
  readonly isSettled: boolean;
}

const restartMs = 1_000;
const longestMs = 300_000;

/**
 * Plays a scene to its end; with a crash, the operator is killed at one of its steps and another takes over.
 * @param slowMs longest duration of a call: with slow ones many are under way when the operator is killed
 */
export async function play(scene: Scene, slowMs: number, crash?: Crash): Promise<Run> {
  const harness = new Harness({ world: new FakeWorld(1), allowEmpty: true });
  const watch = new Watch(harness, { services: [name], isCalm: true });
  addForeign(harness.world);
  await begin(scene, harness);

  const { world } = harness;
  const seen = new Seen(harness);
  world.trouble.slowMs = slowMs;
  const writes: string[] = [];
  const crashed = { is: false };
  world.circumstances.onWrite = (when, what) => {
    if (when === 'before') writes.push(what);
    if (crash && !crashed.is && writes.length === crash.at && (when === 'after') === crash.happens) {
      crashed.is = true;
      harness.crash(() => crash.happens);
    }
    if (when === 'after') seen.note();
  };
  scene.change(harness);
  if (scene.before.length === 0) void harness.operator.start();
  void scene.command?.(harness);
  if (crash) {
    // As `settle` goes: in other steps other turns of the event loop come between, and both runs must be one until the crash.
    for (let waitedMs = 0; !crashed.is && waitedMs < longestMs; waitedMs += stepMs) await harness.pass(stepMs);
    if (!crashed.is) throw new Error(`there was no side effect ${crash.at}`);
    await harness.pass(restartMs);
    await harness.start();
    if (scene.command) await harness.until(scene.command(harness));
  }
  const isSettled = await settle(harness);
  seen.note();
  return {
    writes,
    ...seen.report(),
    endState: endState(harness),
    breaches: watch.breaches,
    isSettled,
    planned: await plannedByTheNext(harness),
  };
}

async function begin({ before, prelude }: Scene, harness: Harness): Promise<void> {
  if (before.length === 0) return;
  harness.source.set(...before);
  await harness.start();
  await settle(harness);
  if (!prelude) return;
  prelude(harness);
  await settle(harness);
}

async function plannedByTheNext(harness: Harness): Promise<string[]> {
  harness.crash();
  const plans = await harness.until(harness.operator.plan());
  return plans.flatMap(({ actions }) => actions.map(({ verb, item }) => `${verb} ${item.type} ${item.id}`));
}

/** What a client and an engine would have noticed. */
class Seen {
  readonly #harness: Harness;
  #fewestRoutes: number | undefined;
  #mostContainers = 0;
  readonly #ports = new Set<number>();

  constructor(harness: Harness) {
    this.#harness = harness;
    this.note();
  }

  note(): void {
    const { world } = this.#harness;
    const routes = world.balancer.routes(name).length;
    this.#fewestRoutes = Math.min(this.#fewestRoutes ?? routes, routes);
    this.#mostContainers = Math.max(this.#mostContainers, containersOf(this.#harness, name).length);
    for (const { type, id, fields } of world.balancer.look())
      if (type === 'backend' && id === name) this.#ports.add(Number(fields['port']));
  }

  report(): Pick<Run, 'fewestRoutes' | 'mostContainers' | 'ports'> {
    return { fewestRoutes: this.#fewestRoutes ?? 0, mostContainers: this.#mostContainers, ports: [...this.#ports] };
  }
}
