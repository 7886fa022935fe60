import { execFile } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { startLoad, type RunningLoad } from '../load/rig/start-load.ts';
import { keepArtifacts } from '../support/artifacts.ts';
import { docker } from '../support/docker.ts';
import { Books, summaryOf, type Entry } from './books.ts';
import { differences, replicasOf } from './converged.ts';
import { PrivateEngine } from './engine.ts';
import type { ChaosEvent } from './event.ts';
import { Foreigners } from './foreign.ts';
import { deal } from './kinds.ts';
import { Random } from './random.ts';
import { ChaosWorld } from './world.ts';

export interface ChaosOptions {
  /** Of this run alone; an engine's data, the manifests and the state lie in it. */
  readonly directory: string;
  readonly minutes: number;
  readonly seed: number;
  /** Kinds of events; all where it is empty. */
  readonly only: readonly string[];
}

interface Parts {
  readonly world: ChaosWorld;
  readonly load: RunningLoad;
  readonly foreigners: Foreigners;
  readonly books: Books;
}

const convergeMs = 60_000;
const lookEveryMs = 50;
/** Seen converged so often in a row: what is just about to be noticed must not pass for harmless. */
const looks = 2;
const betweenLooksMs = 500;
const load = { sessions: 18, streams: 3, stateless: 9, judges: 3, newcomers: 3, paceMs: 250, newcomerPaceMs: 100 };
const run = promisify(execFile);

/** One event after the other until the time is over. Resolves with the exit code: 0 without violations. */
export async function chaos({ directory, minutes, seed, only }: ChaosOptions): Promise<number> {
  console.log(`seed ${seed}, ${minutes} minutes`);
  await run('ip', ['link', 'set', 'lo', 'up']);
  // Sockets of the machine's own engine lie in /run; none of them is to be found from here.
  await run('mount', ['-t', 'tmpfs', 'tmpfs', '/run']);
  const random = new Random(seed);
  const engine = new PrivateEngine(directory);
  await engine.start();
  await engine.loadImages();
  const world = new ChaosWorld(engine, random);
  await world.open();
  const foreigners = new Foreigners(world);
  await foreigners.open();
  const parts = {
    world,
    foreigners,
    load: startLoad({ ...load, urls: world.services.map(({ index }) => world.net.url(index).href) }),
    books: new Books(world.names),
  };
  await parts.load.round();
  const entries: Entry[] = [];
  const endMs = performance.now() + minutes * 60_000;
  for (const [kind, make] of deal(random, only)) {
    if (performance.now() >= endMs || !make) break;
    const entry = await happen(parts, kind, make(world), entries.length);
    entries.push(entry);
    if (entry.convergedMs === undefined) break;
  }
  const { requests, streamsCut } = await parts.load.end();
  console.log(`\n${requests} requests, ${streamsCut} event streams cut\n\n${summaryOf(entries)}`);
  return entries.some(({ violations }) => violations.length > 0) ? 1 : 0;
}

/** Does it, waits until the world is as declared again, and holds what was noticed against what the event explains. */
async function happen(parts: Parts, kind: string, event: ChaosEvent, number: number): Promise<Entry> {
  const { world, load, foreigners, books } = parts;
  const violations: string[] = [...books.close(await load.report(), undefined).violations];
  const before = {
    foreign: await foreigners.digest(event.restartsForeign !== true),
    replicas: await untouched(world, event),
  };
  const startedMs = performance.now();
  await event.act();
  const doneMs = performance.now();
  const convergedMs = await converge(world, violations, `chaos event ${number} ${kind}`, event.withinMs);
  if (convergedMs !== undefined) {
    const foreign = await foreigners.digest(event.restartsForeign !== true).catch(String);
    if (foreign !== before.foreign) violations.push('something of others was changed');
    if ((await untouched(world, event)) !== before.replicas)
      violations.push('containers were changed that were none of its concern');
    await load.round().catch((error: unknown) => violations.push(String(error)));
  }
  // What it takes to bring a world back that does not converge by itself is counted once, as that.
  const beyond = violations.some((each) => each.startsWith('not converged'))
    ? { fails: world.names, ends: world.names }
    : {};
  const toll = books.close(await load.report(), { ...event, ...beyond });
  violations.push(...toll.violations);
  if (violations.length > 0) await keepArtifacts(world.net, `chaos event ${number} ${kind} after`);
  const entry = { kind, event, convergedMs: convergedMs && convergedMs - doneMs, failures: toll.explained, violations };
  tell(entry, number, doneMs - startedMs);
  return entry;
}

/** When the world had converged; undefined if it did not even without a single container left to be wrong. */
async function converge(
  world: ChaosWorld,
  violations: string[],
  title: string,
  withinMs = convergeMs,
): Promise<number | undefined> {
  const first = await untilConverged(world, withinMs);
  if (first.ok) return first.atMs;
  console.log(`    kept in ${await keepArtifacts(world.net, title)}`);
  violations.push(`not converged within ${withinMs / 1000} s: ${first.differences.join('; ')}`);
  for (const [remedy, apply] of Object.entries(remedies)) {
    const next = await apply(world).then(
      () => untilConverged(world),
      (error: unknown) => ({ ok: false, differences: [String(error)] }) as const,
    );
    if (next.ok) {
      violations.push(`converged only after ${remedy}`);
      return next.atMs;
    }
    violations.push(`nor after ${remedy}: ${next.differences.join('; ')}`);
  }
  return undefined;
}

/** What a person would try next, so that one violation does not end the run. */
const remedies = {
  'the operator was started again': async (world: ChaosWorld): Promise<void> => {
    await world.net.operator.end('SIGKILL');
    await world.net.start();
  },
  'all containers were removed': async ({ net }: ChaosWorld): Promise<void> => {
    for (const { Id } of await net.containers()) await docker.getContainer(Id).remove({ force: true });
  },
} as const;

type Look =
  { readonly ok: true; readonly atMs: number } | { readonly ok: false; readonly differences: readonly string[] };

async function untilConverged(world: ChaosWorld, withinMs = convergeMs): Promise<Look> {
  const endMs = performance.now() + withinMs;
  let goodSinceMs: number | undefined;
  for (let good = 0; ;) {
    const atMs = performance.now();
    const found = await differences(world);
    good = found.length === 0 ? good + 1 : 0;
    goodSinceMs = good === 0 ? undefined : (goodSinceMs ?? atMs);
    if (goodSinceMs !== undefined && good >= looks) return { ok: true, atMs: goodSinceMs };
    if (atMs > endMs || !world.net.operator.isRunning) return { ok: false, differences: found };
    await delay(good > 0 ? betweenLooksMs : lookEveryMs);
  }
}

/** Which containers the services have that the event has nothing to do with, and since when. */
async function untouched(world: ChaosWorld, { changes }: ChaosEvent): Promise<string> {
  const names = world.names.filter((name) => !changes.includes(name));
  return JSON.stringify(await Promise.all(names.map((name) => replicasOf(world, name))));
}

function tell({ kind, event, convergedMs, failures, violations }: Entry, number: number, tookMs: number): void {
  const time = new Date().toISOString().slice(11, 19);
  const outcome = convergedMs === undefined ? 'not converged' : `converged ${convergedMs.toFixed(0)} ms after`;
  console.log(
    `${time} ${String(number).padStart(3)} ${kind}: ${event.what} (took ${tookMs.toFixed(0)} ms): ${outcome}, cost ${failures} requests`,
  );
  for (const violation of violations.slice(0, 10)) console.log(`    VIOLATION ${violation}`);
  if (violations.length > 10) console.log(`    and ${violations.length - 10} more`);
}
