import type { FakeWorld } from '../fakes/world.ts';

const theirs = ['theirs', 'theirs-too'];

/** Things of other people, beside ours. */
export function addForeign({ engine, registry }: FakeWorld): void {
  for (const name of theirs) {
    engine.addForeignContainer(name);
    engine.networks.set(name, undefined);
    engine.volumes.set(name, undefined);
    registry.entries.set(name, undefined);
  }
}

/** Everything that is not ours, comparable. */
export function foreignState({ engine, registry }: FakeWorld): unknown {
  const names = (things: ReadonlyMap<string, unknown>): string[] =>
    [...things].flatMap(([name, item]) => (item === undefined ? [name] : []));
  return {
    containers: [...engine.containers.values()]
      .filter(({ item }) => item === undefined)
      .map(({ name, serial, state }) => ({ name, serial, state })),
    networks: names(engine.networks),
    volumes: names(engine.volumes),
    entries: names(registry.entries),
  };
}
