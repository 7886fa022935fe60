import { service } from '../fakes/manifests.ts';
import { noTrouble } from '../fakes/trouble.ts';
import type { Effect } from './happen.ts';
import type { What } from './schedule.ts';

/** What becomes of calls, hints and files, for a while. */
export const hindrances = {
  slowCalls: ({ which }, { world }) => {
    world.trouble.slowMs = which * 10;
  },
  failingCalls: ({ which }, { world }) => {
    world.trouble.failing = (which % 50) / 100;
  },
  hangingCalls: ({ which }, { world }) => {
    world.trouble.hanging = (which % 20) / 100;
  },
  staleLists: ({ which }, { world }) => {
    world.trouble.staleLists = (which % 50) / 100;
  },
  loseHints: ({ which }, { world }) => {
    world.trouble.lostHints = (which % 10) / 10;
  },
  doubleHints: ({ which }, { world }) => {
    world.trouble.doubledHints = (which % 10) / 10;
  },
  delayHints: ({ which }, { world }) => {
    world.trouble.lateHints = (which % 10) / 10;
  },
  goodCalls: (_, { world }) => {
    Object.assign(world.trouble, noTrouble);
  },
  invalidManifest: (_, { source }) => {
    // The last good version stays in force, so what is declared in the end stays the same.
    source.set({ ...service('broken'), spec: {} });
  },
  // Some files are found and others are not, or none at all.
  unreadableManifests: ({ which }, { source }) => {
    source.isHidden = (name) => which % 3 === 0 || (name.length + which) % 3 === 0;
    source.more = { complete: false };
  },
  vanishedManifests: (_, { source }) => {
    source.more = { documents: [] };
  },
  readableManifests: (_, { source }) => {
    source.more = {};
    source.isHidden = () => false;
  },
  fullDisk: (_, { records }) => {
    records.full = 'no space left on device';
  },
  roomOnDisk: (_, { records }) => {
    records.full = undefined;
  },
} satisfies Partial<Record<What, Effect>>;
