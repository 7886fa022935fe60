import { Refusal } from '../../operator/core/refusal.ts';
import { keyOf, type ResourceKey } from '../../operator/core/resource.ts';
import type { Commands } from '../../operator/engine/commands.ts';
import type { Harness } from '../fakes/harness.ts';
import { network, service } from '../fakes/manifests.ts';
import { accidents } from './accidents.ts';
import { hindrances } from './hindrances.ts';
import type { Happening, What } from './schedule.ts';

export const names = ['files', 'memory', 'tools'] as const;

/** Services that should run in the end, with the number of their replicas. */
export type Declared = Map<string, number>;

export type Effect = (happening: Happening, harness: Harness, declared: Declared) => void | Promise<void>;

/** Lets one thing happen, and time pass after it. */
export async function happen(happening: Happening, harness: Harness, declared: Declared): Promise<void> {
  await effects[happening.what](happening, harness, declared);
  await harness.pass(happening.afterMs);
}

/** What people do, and what becomes of the operator's own process and files. */
const people = {
  declare: ({ who, which }, { source }, declared) => {
    const name = nameOf(who);
    declared.set(name, which % 4);
    source.set(service(name, specOf(who, which)));
  },
  remove: ({ who }, { source }, declared) => {
    declared.delete(nameOf(who));
    source.remove(service(nameOf(who)));
  },
  changeNetwork: ({ which }, { source }) => {
    source.set(networkOf(which));
  },
  rollBack: ({ who, which }, harness) =>
    told(harness, (commands) => commands.rollBack(keyOfService(who), which % 2 ? which % 5 : undefined)),
  pause: ({ who }, harness) => told(harness, (commands) => commands.pause(keyOfService(who))),
  resume: ({ who }, harness) => told(harness, (commands) => commands.resume(keyOfService(who))),
  drain: ({ who, which }, harness) =>
    told(harness, (commands) => commands.drain(keyOfService(who), String(1 + (which % 3)))),
  crashOperator: ({ who }, harness) => crash(who, harness),
  replaceOperator: async (_, harness) => {
    await harness.replace();
    await harness.start();
  },
  // While an operator runs it knows what it has kept; what it cannot read is news to the next one only.
  loseRecord: ({ who, which }, harness) =>
    crash(who, harness, () => harness.records.texts.delete(keyOfRecord(which, harness))),
  damageRecord: ({ who, which }, harness) =>
    crash(who, harness, () => {
      const key = keyOfRecord(which, harness);
      if (key !== '') harness.records.texts.set(key, '{"version":');
    }),
} satisfies Partial<Record<What, Effect>>;

const effects: Readonly<Record<What, Effect>> = { ...people, ...hindrances, ...accidents };

async function crash(who: number, harness: Harness, meanwhile: () => void = () => undefined): Promise<void> {
  harness.crash(() => harness.world.random() < 0.5);
  await harness.pass((who % 4) * 700);
  meanwhile();
  await harness.start();
}

function nameOf(who: number): string {
  return names[who % names.length] ?? names[0];
}

function keyOfService(who: number): ResourceKey {
  return keyOf('MCPService', 'default', nameOf(who));
}

function keyOfRecord(which: number, { records }: Harness): string {
  return [...records.texts.keys()][which % Math.max(1, records.texts.size)] ?? '';
}

function specOf(who: number, which: number): Readonly<Record<string, unknown>> {
  // Images that never answer, and ones that are not there, among others; both come to their senses in the end.
  const image = which % 11 === 5 ? 'mute:1' : which % 11 === 8 ? 'missing:1' : `tiny:${which % 3}`;
  return {
    replicas: which % 4,
    image,
    ...(which % 7 === 3 && { path: '/other' }),
    rollout: {
      drainTimeout: '1s',
      maxSurge: 1 + (which % 2),
      // Two revisions that cannot stand together cannot be tried beside each other either.
      ...(who % 6 === 5
        ? { strategy: 'recreate' }
        : which % 5 === 0 && { canary: { weight: which, replicas: 1 + (who % 2) } }),
    },
  };
}

function networkOf(which: number): Readonly<Record<string, unknown>> {
  return network('default', {
    ...(which % 4 === 1 && { networks: { internal: { name: 'elsewhere' } } }),
    loadBalancer: { haproxy: { timeouts: { server: `${60 + (which % 2)}s` } } },
  });
}

/** A command that makes no sense is refused, and one that cannot be kept says so; anything else is a defect. */
async function told(harness: Harness, tell: (commands: Commands) => Promise<string>): Promise<void> {
  const isFull = harness.records.full !== undefined;
  const { failing, hanging } = harness.world.trouble;
  await harness.until(tell(harness.operator.commands)).catch((error: unknown) => {
    if (!(error instanceof Refusal) && !isFull && failing + hanging === 0) throw error;
  });
}
