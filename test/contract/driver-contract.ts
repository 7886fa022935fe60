import { expect } from 'chai';
import { Fault } from '../../operator/core/fault.ts';
import { itemKey, type DesiredItem, type ItemKey, type Observed } from '../../operator/core/item.ts';
import { eventually } from '../support/eventually.ts';
import type { Bench, Subject } from './subject.ts';

const signal = new AbortController().signal;

/** What the engine relies on in every driver. The fake and the real ones pass the same suite, so that they cannot drift. */
export function driverContract(name: string, bench: Bench): void {
  describe(`${name}, by the contract of drivers`, () => {
    before(async () => bench.setUp?.());
    after(async () => bench.tearDown?.());
    beforeEach(async () => bench.prepare());
    afterEach(async () => bench.clean());
    for (const [type, open] of Object.entries(bench.subjects))
      describe(type, () => {
        describeSubject(open, bench);
      });
  });
}

function describeSubject(open: () => Subject, bench: Bench): void {
  /** Opened once to see what can be tested; nothing of it is used. */
  const can = open();
  let subject: Subject;
  let item: DesiredItem;
  beforeEach(() => {
    subject = open();
    item = subject.item('one');
  });

  const create = (what: DesiredItem = item): Promise<Observed | undefined> =>
    subject.driver.apply({ verb: 'create', item: what, cause: 'test' }, signal);
  const read = (what: DesiredItem = item): Promise<Observed | undefined> => subject.driver.read(what, signal);
  const listed = async (what: DesiredItem = item): Promise<Observed[]> =>
    (await subject.driver.list(signal)).filter((each) => itemKey(each) === itemKey(what));
  const remove = async (found: Observed | undefined): Promise<Observed | undefined> => {
    if (!found) throw new Error('there is nothing to remove');
    return subject.driver.apply({ verb: 'remove', item: found, cause: 'test' }, signal);
  };
  const soon = <T>(probe: () => Promise<T>): Promise<unknown> =>
    eventually(
      async () => {
        await bench.breathe?.();
        return probe();
      },
      { timeoutMs: 15_000 },
    );

  it('knows nothing of what was never created', async () => {
    expect(await read()).to.equal(undefined);
    expect(await listed()).to.deep.equal([]);
  });

  it('creates, and returns what then is', async () => {
    const created = await create();
    expect(created).to.deep.include({ type: item.type, id: item.id, owner: item.owner, hash: item.hash });
    expect(created?.phase).to.be.oneOf(['starting', 'ready']);
  });

  it('lists what it created as it reads it', async () => {
    await create();
    await create(subject.item('two'));
    const [[one], [two]] = [await listed(), await listed(subject.item('two'))];
    expect(one).to.deep.equal(await read());
    expect(two).to.include({ id: subject.item('two').id });
    expect(one).to.include({ hash: item.hash, owner: item.owner });
  });

  it('takes a second creation for success', async () => {
    await create();
    const before = await read();
    await create();
    expect(await read()).to.deep.equal(before);
    expect(await listed()).to.have.lengthOf(1);
  });

  it('creates once when asked twice at once', async () => {
    await Promise.allSettled([create(), create()]);
    await create();
    expect(await listed()).to.have.lengthOf(1);
  });

  it('removes, and takes a second removal for success', async () => {
    await create();
    const found = await read();
    expect(await remove(found)).to.equal(undefined);
    expect(await remove(found)).to.equal(undefined);
    expect(await read()).to.equal(undefined);
    expect(await listed()).to.deep.equal([]);
  });

  if (can.changed)
    it('updates in place', async () => {
      const changed = subject.changed?.(item) ?? item;
      await create();
      const observed = await read();
      await subject.driver.apply(
        { verb: 'update', item: changed, cause: 'test', ...(observed && { observed }) },
        signal,
      );
      expect(await read()).to.include({ id: item.id, hash: changed.hash });
      expect(await listed()).to.have.lengthOf(1);
    });

  if (can.moved)
    it('is in one place only, when it has moved', async () => {
      for (let round = 0; round < 2; round++) {
        for (const place of [item, subject.moved?.(item) ?? item]) {
          await create(place);
          expect((await listed()).map(({ hash }) => hash)).to.deep.equal([place.hash]);
        }
      }
    });

  if (can.foreign)
    it('reports neither as ours nor removes what belongs to others', async () => {
      const foreign = await subject.foreign?.();
      if (!foreign) throw new Error('there is nothing foreign');
      await create();
      const ours = (await subject.driver.list(signal)).filter(({ phase }) => phase !== 'foreign').map(({ id }) => id);
      expect(ours).to.include(item.id).and.not.include(foreign.id);
      await remove(await read());
      expect(await foreign.survives()).to.equal(true);
    });

  if (can.obstruct)
    it("reports a conflict where somebody else's thing is in the way", async () => {
      await subject.obstruct?.(item);
      const fault: unknown = await create().then(
        () => undefined,
        (error: unknown) => error,
      );
      expect(fault).to.be.instanceOf(Fault).and.include({ class: 'conflict' });
      expect((await listed()).filter(({ phase }) => phase !== 'foreign')).to.deep.equal([]);
    });

  it('sees what somebody undid, hints at it, and mends it', async () => {
    await create();
    const before = await read();
    const stopped = new AbortController();
    const hints = new Set<ItemKey>();
    subject.driver.watch((ref) => hints.add(ref === 'all' ? 'all' : itemKey(ref)), stopped.signal);
    try {
      await subject.undo(item);
      await soon(async () => expect((await read())?.hash).to.not.equal(before?.hash));
      await soon(async () => expect(hints.has('all') || hints.has(itemKey(item))).to.equal(true));
    } finally {
      stopped.abort();
    }
    await create();
    expect(await read()).to.include({ hash: item.hash });
  });

  for (const what of Object.keys(can.tamper ?? {}))
    it(`sees that somebody changed its ${what}, hints at it, and takes it back in place`, async () => {
      await create();
      const before = await read();
      const stopped = new AbortController();
      const hints: string[] = [];
      subject.driver.watch((ref) => hints.push(ref === 'all' ? 'all' : itemKey(ref)), stopped.signal);
      try {
        await soon(async () => expect((await read())?.phase).to.equal(before?.phase));
        const heard = hints.length;
        await subject.tamper?.[what]?.(item);
        await soon(async () => expect(await read()).to.not.deep.equal(before));
        await soon(async () => expect(hints.slice(heard)).to.include.oneOf([itemKey(item), 'all']));
      } finally {
        stopped.abort();
      }
      const observed = await read();
      await subject.driver.apply({ verb: 'update', item, cause: 'test', ...(observed && { observed }) }, signal);
      // Whether it is healthy as well is found out by the next check.
      await soon(async () => expect(await read()).to.deep.equal(before));
      expect(await listed()).to.deep.equal([before]);
    });

  if (can.stop)
    it('makes without starting what is only to be prepared, and starts it afterwards', async () => {
      const prepared = await subject.driver.apply({ verb: 'prepare', item, cause: 'test' }, signal);
      expect(prepared).to.include({ phase: 'stopped', hash: item.hash });
      expect(prepared?.fields).to.not.have.any.keys('address', 'instance');
      expect(await subject.driver.apply({ verb: 'prepare', item, cause: 'test' }, signal)).to.deep.equal(prepared);
      const started = await subject.driver.apply(
        { verb: 'start', item, cause: 'test', ...(prepared && { observed: prepared }) },
        signal,
      );
      expect(started).to.include({ phase: 'starting' });
      expect(await listed()).to.have.lengthOf(1);
    });

  if (can.stop)
    it('starts again what was stopped', async () => {
      const before = await create();
      await subject.stop?.(item);
      const observed = await read();
      expect(observed).to.include({ phase: 'stopped' }).and.to.have.property('message');
      expect(observed?.fields).to.not.have.any.keys('address', 'instance');
      const after = await subject.driver.apply(
        { verb: 'start', item, cause: 'test', ...(observed && { observed }) },
        signal,
      );
      expect(after).to.include({ phase: 'starting' });
      expect(after?.fields['instance']).to.be.a('string').and.not.equal(before?.fields['instance']);
    });

  if (can.mortal)
    it('hints at a death that comes late, and shows it', async () => {
      const mortal = subject.mortal?.() ?? item;
      const stopped = new AbortController();
      const hints: string[] = [];
      subject.driver.watch((ref) => hints.push(ref === 'all' ? 'all' : itemKey(ref)), stopped.signal);
      try {
        expect(await create(mortal)).to.include({ phase: 'starting' });
        const heard = hints.length;
        await soon(async () => expect((await read(mortal))?.phase).to.be.oneOf(['stopped', 'failed']));
        await soon(async () => expect(hints.slice(heard)).to.include(itemKey(mortal)));
      } finally {
        stopped.abort();
      }
    });

  if (can.drains)
    it('drains, and takes back what was drained', async () => {
      await create();
      const observed = await read();
      if (!observed) throw new Error('it was not created');
      expect(await subject.driver.apply({ verb: 'drain', item: observed, cause: 'test' }, signal)).to.include({
        phase: 'draining',
      });
      const draining = await read();
      expect(draining).to.include({ phase: 'draining' });
      expect(Number(draining?.fields['drainingSinceMs'])).to.be.greaterThan(0);
      await subject.driver.apply(
        { verb: 'update', item, cause: 'test', ...(draining && { observed: draining }) },
        signal,
      );
      expect(await read()).to.include({ phase: 'ready', hash: item.hash });
    });
}
