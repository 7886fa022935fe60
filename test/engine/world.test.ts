import { expect } from 'chai';
import type { ItemRef, Observed } from '../../operator/core/item.ts';
import { Observation } from '../../operator/engine/observation.ts';
import { Readiness } from '../../operator/engine/readiness.ts';
import { World } from '../../operator/engine/world.ts';
import type { Driver, Hint } from '../../operator/ports/driver.ts';
import { silentLogger } from '../../operator/ports/logger.ts';
import { flush, ManualClock } from '../fakes/manual-clock.ts';

const ref: ItemRef = { type: 'workload', id: 'a-1' };
const seenAs = (hash: string): Observed => ({ ...ref, owner: 'o', hash, phase: 'starting', fields: {} });

/** A world over one driver whose answers come when the test says so. */
function bench() {
  const clock = new ManualClock();
  const observation = new Observation(new Readiness());
  const changes: string[] = [];
  const answers: { what: string; resolve: (found: never) => void; reject: (error: Error) => void }[] = [];
  const abort = new AbortController();
  let hint: Hint = () => undefined;
  let sighted = 0;
  const ask = <T>(what: string): Promise<T> =>
    new Promise((resolve, reject) => {
      answers.push({ what, resolve, reject });
    });
  const driver: Driver = {
    name: 'docker',
    types: ['workload'],
    list: () => ask('list'),
    read: () => ask('read'),
    apply: () => ask('apply'),
    watch: (callback) => {
      hint = callback;
    },
  };
  const world = new World({
    drivers: [driver],
    observation,
    clock,
    logger: silentLogger,
    signal: abort.signal,
    changed: (items) => changes.push(...items.map(({ hash }) => hash)),
    sighted: () => {
      sighted++;
    },
  });
  const answer = async (found: unknown): Promise<void> => {
    const next = answers.shift();
    if (found instanceof Error) next?.reject(found);
    else next?.resolve(found as never);
    await flush();
  };
  return {
    clock,
    observation,
    changes,
    world,
    answer,
    abort,
    asked: () => answers.map(({ what }) => what),
    hint: (what: ItemRef | 'all') => {
      hint(what);
    },
    sighted: () => sighted,
    driver,
  };
}

describe('world', () => {
  it('asks for one list at a time, and for exactly one more when one was wanted meanwhile', async () => {
    const { world, driver, asked, answer } = bench();
    for (let again = 0; again < 5; again++) void world.list(driver);
    expect(asked()).to.deep.equal(['list']);
    await answer([]);
    expect(asked()).to.deep.equal(['list']);
    await answer([]);
    expect(asked()).to.deep.equal([]);
  });

  it('tries a list again that failed, and says meanwhile what is out of reach', async () => {
    const { world, clock, asked, answer, observation } = bench();
    observation.write(ref, seenAs('old'));
    void world.listAll();
    await answer(new Error('refused'));
    expect([...world.unreachable.values()].map(({ message }) => message)).to.deep.equal(['refused']);
    expect(observation.get(ref)).to.include({ hash: 'old' });
    await clock.advance(1_000);
    expect(asked()).to.deep.equal(['list']);
    await answer([seenAs('new')]);
    expect(world.unreachable.size).to.equal(0);
    expect(observation.get(ref)).to.include({ hash: 'new' });
  });

  it('is blind until it has been listed once, and never again', async () => {
    const { world, driver, answer, sighted } = bench();
    expect(world.blindness).to.include({ class: 'transient' });
    void world.list(driver);
    await answer(new Error('refused'));
    expect(world.blindness).to.include({ message: 'refused' });
    void world.list(driver);
    await answer([]);
    expect([world.blindness, sighted()]).to.deep.equal([undefined, 1]);
    void world.list(driver);
    await answer(new Error('refused'));
    expect([world.blindness, sighted()]).to.deep.equal([undefined, 1]);
  });

  it('reads the one item that a hint is about', async () => {
    const { world, hint, asked, answer, changes } = bench();
    world.watch();
    hint(ref);
    expect(asked()).to.deep.equal(['read']);
    await answer(seenAs('one'));
    hint(ref);
    await answer(seenAs('one'));
    hint(ref);
    await answer(undefined);
    expect(changes).to.deep.equal(['one', 'one']);
  });

  it('reads once more when something was written during a read', async () => {
    const { world, hint, asked, answer, observation } = bench();
    world.watch();
    hint(ref);
    observation.write(ref, seenAs('written'));
    await answer(seenAs('stale'));
    expect(observation.get(ref)).to.include({ hash: 'written' });
    expect(asked()).to.deep.equal(['read']);
    await answer(undefined);
    expect(observation.get(ref)).to.equal(undefined);
    expect(asked()).to.deep.equal([]);
  });

  it('lists when a read fails', async () => {
    const { world, hint, asked, answer } = bench();
    world.watch();
    hint(ref);
    await answer(new Error('refused'));
    expect(asked()).to.deep.equal(['list']);
  });

  it('answers a storm of hints by a list at its end, and then follows single ones again', async () => {
    const { world, hint, clock, asked, answer, changes, observation } = bench();
    world.watch();
    for (let event = 0; event < 10_000; event++) hint(ref);
    expect(asked()).to.have.lengthOf(200);
    while (asked().length > 0) await answer(seenAs('during'));
    await clock.advance(1_000);
    expect(asked()).to.deep.equal(['list']);
    await answer([seenAs('after')]);
    expect(observation.get(ref)).to.include({ hash: 'after' });
    expect(changes).to.deep.equal(['during', 'after']);
    hint(ref);
    expect(asked()).to.deep.equal(['read']);
  });

  it('holds nothing back while hints come one after the other', async () => {
    const { world, hint, clock, asked, answer } = bench();
    world.watch();
    for (let event = 0; event < 1_000; event++) {
      hint(ref);
      expect(asked()).to.deep.equal(['read']);
      await answer(seenAs('same'));
      await clock.advance(10);
    }
  });
});
