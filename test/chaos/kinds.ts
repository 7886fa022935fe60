import { containerEvents } from './events/containers.ts';
import { engineEvents } from './events/engine.ts';
import { haproxyEvents } from './events/haproxy.ts';
import { manifestEvents } from './events/manifests.ts';
import { operatorEvents } from './events/operator.ts';
import { registryEvents } from './events/registry.ts';
import type { Kinds } from './event.ts';
import type { Random } from './random.ts';

const all: Kinds = {
  ...containerEvents,
  ...engineEvents,
  ...haproxyEvents,
  ...manifestEvents,
  ...operatorEvents,
  ...registryEvents,
};

/** Kinds without end: every kind once in an order of chance, and then again in another. */
export function* deal(random: Random, only: readonly string[]): Generator<readonly [string, Kinds[string]], never> {
  const unknown = only.filter((kind) => !(kind in all));
  if (unknown.length > 0)
    throw new Error(`there is no kind "${unknown.join('", "')}"; there are: ${Object.keys(all).join(', ')}`);
  const kinds = Object.entries(all).filter(([kind]) => only.length === 0 || only.includes(kind));
  for (;;) yield* random.shuffled(kinds);
}
