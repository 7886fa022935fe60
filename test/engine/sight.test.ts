import { expect } from 'chai';
import type { ItemRef, ItemType, Observed } from '../../operator/core/item.ts';
import { Observation } from '../../operator/engine/observation.ts';
import { Readiness } from '../../operator/engine/readiness.ts';
import { World } from '../../operator/engine/world.ts';
import type { Driver, Hint } from '../../operator/ports/driver.ts';
import { flush, ManualClock } from '../fakes/manual-clock.ts';

const ref: ItemRef = { type: 'workload', id: 'a-1' };
const item: Observed = { ...ref, owner: 'o', hash: 'h', phase: 'starting', fields: { instance: 'i1' } };

/** A world of drivers for these types, each of which answers as it is told to. */
function bench(...types: readonly ItemType[]) {
  const clock = new ManualClock();
  const observation = new Observation(new Readiness());
  const abort = new AbortController();
  const told: string[] = [];
  const answers = new Map<ItemType, Error | readonly Observed[]>();
  const asked: string[] = [];
  const hints: Hint[] = [];
  let sighted = 0;
  const log =
    (level: string) =>
    (message: string, fields: object = {}): void =>
      void told.push(`${level} ${message} ${JSON.stringify(fields)}`);
  const answer = (type: ItemType): readonly Observed[] => {
    const found = answers.get(type) ?? [];
    if (found instanceof Error) throw found;
    return found;
  };
  const drivers = types.map((type): Driver => ({
    name: `the ${type} driver`,
    types: [type],
    list: async () => {
      asked.push(`list ${type}`);
      return answer(type);
    },
    read: async ({ id }) => {
      asked.push(`read ${id}`);
      return answer(type).find((each) => each.id === id);
    },
    apply: async () => undefined,
    watch: (hint) => void hints.push(hint),
  }));
  const world = new World({
    drivers,
    observation,
    clock,
    logger: { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') },
    signal: abort.signal,
    changed: () => undefined,
    sighted: () => {
      sighted++;
    },
  });
  return { clock, observation, abort, told, answers, asked, hints, world, drivers, sighted: () => sighted };
}

const unreachable = 'not reachable; what was last seen of it stays in force';

describe('sight of the world', () => {
  it('is wanting until workloads and routes were listed; registries are not waited for', async () => {
    const { world, drivers, sighted } = bench('registration', 'workload', 'backend');
    const seen: unknown[] = [];
    for (const driver of [...drivers, ...drivers]) {
      await world.list(driver);
      seen.push(world.blindness?.message, sighted());
    }
    const waiting = (type: string): string => `the ${type} driver is being looked at`;
    expect(seen).to.deep.equal([
      ...[waiting('workload'), 0],
      ...[waiting('backend'), 0],
      ...[undefined, 1],
      ...[undefined, 1],
      ...[undefined, 1],
      ...[undefined, 1],
    ]);
    expect(bench('workload').world.blindness).to.include({ class: 'transient', reason: 'Progressing' });
  });

  it('warns once of what is lost, whatever was lost or nothing can be planned without it', async () => {
    for (const type of ['workload', 'backend'] as const) {
      const { world, told, answers, drivers } = bench(type);
      answers.set(type, new Error('refused'));
      for (let again = 0; again < 3; again++) await world.list(drivers[0] as Driver);
      const fields = JSON.stringify({ driver: `the ${type} driver`, fault: 'refused' });
      expect(told).to.deep.equal([`warn ${unreachable} ${fields}`]);
      answers.delete(type);
      for (let again = 0; again < 2; again++) await world.list(drivers[0] as Driver);
      expect(told.slice(1)).to.deep.equal([
        `debug reachable again ${JSON.stringify({ driver: `the ${type} driver` })}`,
      ]);
    }
  });

  it('is calm about a part that was never seen, and not about one that was', async () => {
    const registration: Observed = { ...item, type: 'registration' };
    for (const [known, level] of [
      [[], 'debug'],
      [[registration], 'warn'],
    ] as const) {
      const { world, told, answers, drivers, observation } = bench('registration');
      observation.write(ref, item);
      for (const each of known) observation.write(each, each);
      answers.set('registration', new Error('refused'));
      await world.list(drivers[0] as Driver);
      expect(told.map((line) => line.split(' ')[0])).to.deep.equal([level]);
    }
  });

  it('ends with the operator: nothing is told, asked or tried again', async () => {
    const { world, told, answers, asked, abort, clock, drivers, hints } = bench('workload');
    world.watch();
    answers.set('workload', new Error('aborted'));
    const listing = world.list(drivers[0] as Driver);
    void world.list(drivers[0] as Driver);
    abort.abort();
    await listing;
    hints[0]?.(ref);
    await clock.advance(60_000);
    expect([told, asked, world.unreachable.size]).to.deep.equal([[], ['list workload', 'read a-1'], 0]);
  });

  it('lists everything on a hint at everything', async () => {
    const { world, asked, hints } = bench('workload', 'backend');
    world.watch();
    hints[1]?.('all');
    await flush();
    expect(asked).to.deep.equal(['list backend']);
    await world.listAll();
    expect(asked.slice(1)).to.deep.equal(['list workload', 'list backend']);
  });

  it('tries a lost part again every second, by itself', async () => {
    const { world, asked, answers, clock, drivers } = bench('workload');
    answers.set('workload', new Error('refused'));
    await world.list(drivers[0] as Driver);
    await clock.advance(999);
    expect(asked).to.have.lengthOf(1);
    await clock.advance(1);
    expect(asked).to.have.lengthOf(2);
    await clock.advance(10_000);
    expect(asked).to.have.lengthOf(12);
  });
});

describe('what is news of an item', () => {
  const changes: readonly (readonly [string, Partial<Observed>])[] = [
    ['its phase', { phase: 'ready' }],
    ['its hash', { hash: 'other' }],
    ['its owner', { owner: 'other' }],
    ['its message', { message: 'exit 1' }],
    ['its workload', { workload: 'a-1' }],
    ['the value of a field', { fields: { instance: 'i2' } }],
    ['one field more', { fields: { instance: 'i1', address: 'a' } }],
    ['one field less', { fields: {} }],
    ['another field', { fields: { address: 'i1' } }],
  ];
  for (const [what, change] of changes)
    it(`is ${what}`, () => {
      const observation = new Observation(new Readiness());
      expect(observation.write(ref, item)).to.equal(true);
      expect(observation.write(ref, { ...item, fields: { ...item.fields } })).to.equal(false);
      expect(observation.write(ref, { ...item, ...change })).to.equal(true);
      expect(observation.get(ref)).to.deep.include(change);
    });

  it('is that it is gone, once', () => {
    const observation = new Observation(new Readiness());
    observation.write(ref, item);
    expect([observation.write(ref, undefined), observation.write(ref, undefined)]).to.deep.equal([true, false]);
    expect([observation.owners(), observation.owned('o'), observation.all()]).to.deep.equal([[], [], []]);
  });

  it('is no owner where it has none', () => {
    const observation = new Observation(new Readiness());
    observation.write(ref, { ...item, owner: '' });
    expect(observation.owners()).to.deep.equal([]);
    expect(observation.all().map(({ id }) => id)).to.deep.equal(['a-1']);
  });

  it('keeps the others of an owner that one of its items leaves', () => {
    const observation = new Observation(new Readiness());
    const other = { type: 'workload', id: 'a-2' } as const;
    observation.write(ref, item);
    observation.write(other, { ...item, ...other });
    observation.write(ref, undefined);
    expect(observation.owned('o').map(({ id }) => id)).to.deep.equal(['a-2']);
    expect(observation.owned('nobody')).to.deep.equal([]);
  });

  it('is told of everything with what probes know, as of one', () => {
    const readiness = new Readiness();
    const observation = new Observation(readiness);
    observation.write(ref, item);
    readiness.proven('i1', {});
    expect([observation.all()[0]?.phase, observation.owned('o')[0]?.phase]).to.deep.equal(['ready', 'ready']);
  });
});
