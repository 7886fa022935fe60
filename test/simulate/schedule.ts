import { seeded } from '../fakes/trouble.ts';

/** What people do to manifests and tell the operator, and what calls and hints may do: nothing that runs comes to harm. */
export const calm = [
  'declare',
  'remove',
  'changeNetwork',
  'rollBack',
  'pause',
  'resume',
  'drain',
  'crashOperator',
  'replaceOperator',
  'slowCalls',
  'failingCalls',
  'hangingCalls',
  'goodCalls',
  'loseHints',
  'doubleHints',
  'delayHints',
  'invalidManifest',
  'unreadableManifests',
  'vanishedManifests',
  'readableManifests',
  'fullDisk',
  'roomOnDisk',
] as const;

/** What befalls containers, daemons, entries, files and lists. */
export const wild = [
  'kill',
  'destroy',
  'startByHand',
  'restartEngine',
  'killBalancer',
  'killRegistry',
  'loseCatalog',
  'forgetEntry',
  'loseRuntimeState',
  'unload',
  'loseBalancer',
  'daemonAway',
  'daemonBack',
  'staleLists',
  'loseRecord',
  'damageRecord',
  'takePort',
] as const;

export type What = (typeof calm)[number] | (typeof wild)[number];

/** Something that happens to an operator and its world. `who` and `which` choose among what there is. */
export interface Happening {
  readonly what: What;
  readonly who: number;
  readonly which: number;
  /** Time until the next one. */
  readonly afterMs: number;
}

/** What happens in one run. The same schedule gives the same run, everywhere and always. */
export interface Schedule {
  /** Of the world: which calls fail, how long they take. */
  readonly seed: number;
  /** Whether nothing but the operator takes anything away. */
  readonly isCalm: boolean;
  readonly happenings: readonly Happening[];
}

/** These come more often than the others. */
const frequent: readonly What[] = ['declare', 'declare', 'declare', 'crashOperator', 'crashOperator'];
const pausesMs = [0, 1, 40, 300, 2_000, 15_000];
const most = 14;

/** The schedule of a seed: half of them are calm. */
export function scheduleOf(seed: number): Schedule {
  const random = seeded(seed);
  const below = (end: number): number => Math.floor(random() * end);
  const isCalm = below(2) === 0;
  const kinds: readonly What[] = isCalm ? [...frequent, ...calm] : [...frequent, ...calm, ...wild, ...wild];
  const happenings = Array.from({ length: 1 + below(most) }, (): Happening => ({
    // Indexes below the length: there is one.
    what: kinds[below(kinds.length)] as What,
    who: below(100),
    which: below(100),
    afterMs: pausesMs[below(pausesMs.length)] as number,
  }));
  return { seed, isCalm, happenings };
}

/** One line that {@link parseSchedule} takes back. */
export function formatSchedule({ seed, isCalm, happenings }: Schedule): string {
  const steps = happenings.map(({ what, who, which, afterMs }) => `${what}:${who}:${which}:${afterMs}`);
  return `${seed}:${isCalm ? 'calm' : 'wild'}/${steps.join(',')}`;
}

export function parseSchedule(text: string): Schedule {
  const [head = '', steps = ''] = text.split('/');
  const [seed, mood] = head.split(':');
  const happenings = steps.split(',').filter((step) => step !== '');
  return {
    seed: Number(seed),
    isCalm: mood === 'calm',
    happenings: happenings.map((step): Happening => {
      const [what = '', who, which, afterMs] = step.split(':');
      if (![...calm, ...wild].some((each) => each === what))
        throw new Error(`"${what}" is nothing that happens in a schedule; there are: ${[...calm, ...wild].join(', ')}`);
      // Just checked.
      return { what: what as What, who: Number(who), which: Number(which), afterMs: Number(afterMs) };
    }),
  };
}
