import fc from 'fast-check';
import { Refusal } from '../../operator/core/refusal.ts';
import { keyOf } from '../../operator/core/resource.ts';
import type { Harness } from '../fakes/harness.ts';
import { network, service } from '../fakes/manifests.ts';
import { noTrouble } from '../fakes/trouble.ts';

/** Something that happens to an operator and its world. `who` and `which` choose among what there is. */
export interface Happening {
  readonly what: (typeof calm)[number] | (typeof wild)[number];
  readonly who: number;
  readonly which: number;
  readonly afterMs: number;
}

export const names = ['files', 'memory', 'tools'] as const;

/** What people do to manifests and tell the operator, and what calls may do: nothing that runs comes to harm. */
export const calm = [
  'declare',
  'declare',
  'declare',
  'remove',
  'rollBack',
  'pause',
  'resume',
  'drain',
  'replaceOperator',
  'slowCalls',
  'failingCalls',
  'goodCalls',
] as const;
/** What befalls containers, daemons, entries and hints. */
export const wild = [
  'kill',
  'destroy',
  'restartEngine',
  'forgetEntry',
  'unload',
  'loseBalancer',
  'loseHints',
  'doubleHints',
  'daemonAway',
  'daemonBack',
  'invalid',
  'startByHand',
] as const;

export function histories(kinds: readonly Happening['what'][]): fc.Arbitrary<Happening[]> {
  return fc.array(
    fc.record({
      what: fc.constantFrom(...kinds),
      who: fc.nat(99),
      which: fc.nat(99),
      afterMs: fc.constantFrom(0, 1, 40, 300, 2_000, 15_000),
    }),
    { minLength: 1, maxLength: 14 },
  );
}

/** Services that should run in the end, with the number of their replicas. */
export type Declared = Map<string, number>;

/** Lets one thing happen. */
export async function happen(
  { what, who, which, afterMs }: Happening,
  harness: Harness,
  declared: Declared,
): Promise<void> {
  const { world, source } = harness;
  const name = names[who % names.length] ?? 'files';
  const pick = <T>(all: readonly T[]): T | undefined => all[which % Math.max(1, all.length)];
  const driver = world.drivers[which % 3];
  switch (what) {
    case 'declare': {
      const replicas = which % 4;
      declared.set(name, replicas);
      source.set(
        service(name, {
          replicas,
          image: `tiny:${which % 3}`,
          rollout: {
            drainTimeout: '1s',
            maxSurge: 1 + (which % 2),
            ...(which % 5 === 0 && { canary: { weight: which, replicas: 1 + (who % 2) } }),
          },
        }),
      );
      break;
    }
    case 'rollBack':
      await told(
        harness,
        harness.operator.commands.rollBack(keyOf('MCPService', 'default', name), which % 2 ? which % 5 : undefined),
      );
      break;
    case 'pause':
    case 'resume':
      await told(harness, harness.operator.commands[what](keyOf('MCPService', 'default', name)));
      break;
    case 'drain':
      await told(
        harness,
        harness.operator.commands.drain(keyOf('MCPService', 'default', name), String(1 + (which % 3))),
      );
      break;
    case 'remove':
      declared.delete(name);
      source.remove(service(name));
      break;
    case 'invalid':
      // The last good version stays in force, so what is declared in the end stays the same.
      source.set(network(), { ...service('broken'), spec: {} });
      break;
    case 'replaceOperator':
      await harness.replace();
      await harness.start();
      break;
    case 'slowCalls':
      world.trouble.slowMs = which * 10;
      break;
    case 'failingCalls':
      world.trouble.failing = (which % 50) / 100;
      break;
    case 'goodCalls':
      Object.assign(world.trouble, noTrouble);
      break;
    case 'kill':
      world.engine.kill(pick(world.engine.running().filter(({ item }) => item))?.name ?? '');
      break;
    case 'destroy':
      world.engine.destroy(pick([...world.engine.containers.values()].filter(({ item }) => item))?.name ?? '');
      break;
    case 'startByHand': {
      const stopped = pick([...world.engine.containers.values()].filter(({ state }) => state === 'exited'));
      if (stopped) world.engine.start(stopped.name);
      break;
    }
    case 'restartEngine':
      world.engine.restart();
      break;
    case 'forgetEntry':
      world.registry.forget(pick([...world.registry.entries.keys()].filter((id) => id !== 'theirs')) ?? '');
      break;
    case 'unload':
      world.balancer.unload(pick(world.balancer.look().filter(({ type }) => type === 'server'))?.id ?? '');
      break;
    case 'loseBalancer':
      world.balancer.lose();
      break;
    case 'loseHints':
      world.trouble.lostHints = (which % 10) / 10;
      break;
    case 'doubleHints':
      world.trouble.doubledHints = (which % 10) / 10;
      break;
    case 'daemonAway':
      if (driver) driver.away = 'is away';
      break;
    case 'daemonBack':
      if (driver) driver.away = undefined;
      break;
  }
  await harness.pass(afterMs);
}

/** A command that makes no sense is refused; anything else that it throws is a defect. */
async function told(harness: Harness, command: Promise<string>): Promise<void> {
  await harness.until(command).catch((error: unknown) => {
    if (!(error instanceof Refusal)) throw error;
  });
}

/** Everything works again, and time passes. */
export async function recover(harness: Harness): Promise<void> {
  const { world, source } = harness;
  Object.assign(world.trouble, noTrouble);
  for (const driver of world.drivers) driver.away = undefined;
  source.remove(service('broken'));
  await harness.pass(240_000);
}
