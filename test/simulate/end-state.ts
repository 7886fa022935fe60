import type { Observed } from '../../operator/core/item.ts';
import type { Harness } from '../fakes/harness.ts';

/**
 * Everything that exists and is remembered, comparable between runs. Left out is what two undisturbed runs may differ
 * in as well: serial numbers and addresses of containers (the engine gives them in the order of starts), hence the
 * hashes of what is bound to them, and times. That a bound item is as it should be, the empty plan of the next operator
 * tells.
 */
export function endState({ world, records }: Harness): unknown {
  const items = world.drivers.flatMap((driver) => driver.look().map(plain));
  return {
    items: items.toSorted((one, other) => (one.item < other.item ? -1 : 1)),
    records: Object.fromEntries([...records.texts].map(([key, text]) => [key, remembered(text)])),
  };
}

function plain({ type, id, owner, hash, phase, fields }: Observed): Readonly<Record<string, string | undefined>> & {
  readonly item: string;
} {
  const isBound = type === 'server' || type === 'registration';
  const { port, group, backend, health } = fields;
  return { item: `${type} ${id}`, owner, phase, ...(!isBound && { hash }), port, group, backend, health };
}

/** A revision may have been begun by another operator than the one that finished it: its first steps are not told. */
function remembered(text: string): unknown {
  const { generation, revisions, hold, drained } = JSON.parse(text) as {
    generation: unknown;
    revisions: readonly Record<string, unknown>[];
    hold?: { reason: string };
    drained: unknown;
  };
  return {
    generation,
    revisions: revisions.map(({ number, hash, cause, result }) => ({ number, hash, cause, result })),
    hold: hold?.reason,
    drained,
  };
}
