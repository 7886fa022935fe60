import { isDeepStrictEqual } from 'node:util';
import { Harness } from '../fakes/harness.ts';
import { network, service } from '../fakes/manifests.ts';
import { FakeSource } from '../fakes/source.ts';
import { noTrouble } from '../fakes/trouble.ts';
import { FakeWorld } from '../fakes/world.ts';
import { differences } from './differences.ts';
import { addForeign, foreignState } from './foreign.ts';
import { happen, names, type Declared } from './happen.ts';
import type { Schedule } from './schedule.ts';
import { settle } from './settle.ts';
import { Watch } from './watch.ts';

/** What must hold, and where it did not. */
export interface Failure {
  readonly invariant:
    | 'it does nothing forbidden'
    | 'it converges'
    | 'what is not ours is as it was'
    | 'it takes no detours'
    | 'the next operator has nothing to do'
    | 'it does not throw';
  readonly what: string;
}

export interface Outcome {
  readonly failure?: Failure;
  /** How often each thing went wrong. */
  readonly injected: ReadonlyMap<string, number>;
}

/** Plays a schedule on a world with things of others in it, lets everything recover, and judges. */
export async function runSchedule(schedule: Schedule): Promise<Outcome> {
  const harness = new Harness({
    world: new FakeWorld(schedule.seed),
    // Half of the worlds have a file for each manifest, as most people do.
    source: new FakeSource({ isFileEach: schedule.seed % 4 < 2 }),
  });
  const watch = new Watch(harness, { services: names, isCalm: schedule.isCalm });
  const outcome = (failure?: Failure): Outcome => ({
    ...(failure && { failure }),
    injected: harness.world.circumstances.injected,
  });
  try {
    const found = await judge(schedule, harness);
    const [breach] = watch.breaches;
    return outcome(breach === undefined ? found : { invariant: 'it does nothing forbidden', what: breach });
  } catch (error) {
    const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return outcome({ invariant: 'it does not throw', what });
  }
}

async function judge({ happenings }: Schedule, harness: Harness): Promise<Failure | undefined> {
  const { world } = harness;
  const declared: Declared = new Map([
    ['files', 2],
    ['memory', 1],
  ]);
  world.mute.add('mute:1');
  world.engine.missingImages.add('missing:1');
  addForeign(world);
  const foreign = foreignState(world);
  harness.source.set(network(), service('files', { replicas: 2, rollout: { drainTimeout: '1s' } }), service('memory'));
  await harness.start();
  await harness.pass(3_000);
  for (const happening of happenings) await happen(happening, harness, declared);

  recover(harness);
  // What hangs was begun in other times: it ends within its deadline.
  await harness.pass(31_000);
  const { effects } = world.circumstances;
  const [before, done] = [world.snapshot(), effects.length];
  const isSettled = await settle(harness, () => lacks(harness, declared).length === 0);
  if (!isSettled) return { invariant: 'it converges', what: lacks(harness, declared).join('; ') || 'it never rests' };
  const [steps, differing] = [effects.slice(done), differences(before, world.snapshot())];
  if (steps.length > 2 * differing)
    return { invariant: 'it takes no detours', what: `${steps.length} steps for ${differing} items that differed` };
  if (!isDeepStrictEqual(foreignState(world), foreign))
    return { invariant: 'what is not ours is as it was', what: JSON.stringify(foreignState(world)) };
  return takeOver(harness);
}

/** Everything works again. */
function recover({ world, source, records }: Harness): void {
  Object.assign(world.trouble, noTrouble);
  for (const driver of world.drivers) driver.away = undefined;
  world.mute.clear();
  world.engine.missingImages.clear();
  world.balancer.takenPorts.clear();
  records.full = undefined;
  source.more = {};
  source.isHidden = () => false;
  source.remove(service('broken'));
}

/** What is not yet as declared. */
function lacks({ world, operator }: Harness, declared: Declared): string[] {
  const found: string[] = [];
  for (const name of names) {
    const wanted = (declared.get(name) ?? 0) + trials(operator, name);
    const [running, reached, registered] = [world.running(name), world.reached(name), world.registered(name)];
    if (running.length !== wanted) found.push(`${running.length} containers of ${name} run, not ${wanted}`);
    if (!isDeepStrictEqual(reached, running)) found.push(`routes of ${name}: ${reached.join()}, not ${running.join()}`);
    if (!isDeepStrictEqual(registered, running))
      found.push(`registered of ${name}: ${registered.join()}, not ${running.join()}`);
  }
  for (const { name, item, state } of world.engine.containers.values())
    if (item && state !== 'running') found.push(`container ${name} is ${state}`);
  const ports = operator.statuses.all().flatMap(({ port }) => port ?? []);
  if (new Set(ports).size < ports.length) found.push(`a port is given twice: ${ports.join()}`);
  return found;
}

/** Replicas of a canary that serves beside the others. */
function trials({ store, commands }: Harness['operator'], name: string): number {
  const key = `MCPService/default/${name}`;
  const spec = store.get(key)?.spec as { rollout: { canary?: { replicas: number } } } | undefined;
  const isTried = spec !== undefined && commands.history(key).revisions.at(-1)?.result === 'Canary';
  return isTried ? (spec.rollout.canary?.replicas ?? 0) : 0;
}

/** Another operator looks at what this one has left, and then works on it. */
async function takeOver(harness: Harness): Promise<Failure | undefined> {
  const { world } = harness;
  const invariant = 'the next operator has nothing to do';
  const [before, done] = [world.snapshot(), world.actions.length];
  harness.crash();
  const plans = await harness.until(harness.operator.plan());
  const planned = plans.flatMap(({ actions }) => actions);
  const [first] = planned;
  if (first)
    return { invariant, what: `it plans to ${first.verb} ${first.item.type} ${first.item.id}: ${first.cause}` };
  harness.crash();
  await harness.start();
  await harness.pass(6_000);
  const [did] = world.actions.slice(done);
  if (did) return { invariant, what: `it did ${did.verb} ${did.item.type} ${did.item.id}: ${did.cause}` };
  if (!isDeepStrictEqual(world.snapshot(), before)) return { invariant, what: 'the world is another afterwards' };
  return undefined;
}
