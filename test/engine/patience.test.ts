import { expect } from 'chai';
import type { DesiredItem, Observed } from '../../operator/core/item.ts';
import { itemKey } from '../../operator/core/item.ts';
import { lead } from '../../operator/engine/leadership.ts';
import { Probation } from '../../operator/engine/probation.ts';
import { StormGate } from '../../operator/engine/storm-gate.ts';
import type { Lock } from '../../operator/ports/leadership.ts';
import { registration, seen, server, workload } from '../core/samples.ts';
import { ManualClock } from '../fakes/manual-clock.ts';

describe('a storm of hints', () => {
  it('passes up to two hundred in a second; the rest is made up for once, at the end of that second', async () => {
    const clock = new ManualClock();
    let madeUp = 0;
    const gate = new StormGate(clock, () => {
      madeUp++;
    });
    const passed = (count: number): number => Array.from({ length: count }, () => gate.passes()).filter(Boolean).length;
    expect(passed(150)).to.equal(150);
    await clock.advance(400);
    expect(passed(100)).to.equal(50);
    await clock.advance(599);
    expect([passed(100), madeUp]).to.deep.equal([0, 0]);
    await clock.advance(1);
    expect([madeUp, passed(201)]).to.deep.equal([1, 200]);
    await clock.advance(1_000);
    expect(madeUp).to.equal(2);
    expect(passed(10)).to.equal(10);
    await clock.advance(60_000);
    expect(madeUp).to.equal(2);
  });

  it('is counted second by second', async () => {
    const clock = new ManualClock();
    const gate = new StormGate(clock, () => undefined);
    const answers: boolean[] = [];
    for (let second = 0; second < 5; second++) {
      for (let hint = 0; hint < 200; hint++) answers.push(gate.passes());
      await clock.advance(1_000);
    }
    expect(answers.every(Boolean)).to.equal(true);
  });

  it('is counted anew when the clock was set back', () => {
    let nowMs = 10_000;
    const gate = new StormGate({ now: () => nowMs, after: () => () => undefined }, () => undefined);
    for (let hint = 0; hint < 200; hint++) gate.passes();
    nowMs = 5_000;
    expect(gate.passes()).to.equal(true);
  });
});

describe('a registration that nobody declares and behind which nothing runs', () => {
  const orphan = seen(registration('a-1'));
  const key = orphan.owner;
  const judge = (
    probation: Probation,
    nowMs: number,
    {
      owned = [orphan],
      desired = [],
      others = [],
    }: Partial<Record<'owned' | 'others', Observed[]>> & { desired?: DesiredItem[] } = {},
  ): ReturnType<Probation['judge']> =>
    probation.judge(
      key,
      desired,
      owned,
      (ref) => [...owned, ...others].find((item) => itemKey(item) === itemKey(ref)),
      nowMs,
    );

  it('goes when it has been so for half a minute', () => {
    const probation = new Probation();
    const container = seen(workload('b-1'));
    expect(judge(probation, 1_000, { owned: [orphan, container] })).to.deep.equal({
      owned: [container],
      waits: [
        {
          item: orphan,
          cause: 'nothing declares it and nothing runs behind it: goes in 30 s if that stays so',
          requeueAfterMs: 30_000,
        },
      ],
    });
    expect(judge(probation, 30_999).waits.map(({ requeueAfterMs }) => requeueAfterMs)).to.deep.equal([1]);
    expect(judge(probation, 31_000)).to.deep.equal({ owned: [orphan], waits: [] });
  });

  it('is put on probation anew when something ran behind it meanwhile', () => {
    const probation = new Probation(10_000);
    judge(probation, 0);
    judge(probation, 5_000, { others: [seen(workload('a-1'))] });
    expect(judge(probation, 11_000).waits.map(({ requeueAfterMs }) => requeueAfterMs)).to.deep.equal([10_000]);
  });

  const free: readonly (readonly [string, Parameters<typeof judge>[2]])[] = [
    ['is declared', { desired: [registration('a-1')] }],
    ['has its container', { others: [seen(workload('a-1'))] }],
    ['has its server', { others: [seen(server('a-1'))] }],
    ['names no container', { owned: [(({ workload: _workload, ...rest }) => rest)(orphan)] }],
    ['is none, but a server', { owned: [seen(server('a-1'))] }],
  ];
  for (const [what, scene] of free)
    it(`is not it, and is judged at once, where it ${what}`, () => {
      const { owned, waits } = judge(new Probation(), 0, scene);
      expect([owned.length, waits]).to.deep.equal([1, []]);
    });

  it('is told from another of the same name that is declared as something else', () => {
    expect(judge(new Probation(), 0, { desired: [server('a-1')] }).waits).to.have.lengthOf(1);
    expect(judge(new Probation(), 0, { desired: [registration('b-1')] }).waits).to.have.lengthOf(1);
  });
});

describe('leadership', () => {
  /** Locks that tell what is done with them. */
  function bench() {
    const done: string[] = [];
    const lost = new Set<string>();
    const causes = new Map<string, AbortController>();
    const lock = (name: string, onAcquire: () => void = () => undefined): Lock => ({
      acquire: async (waiting, signal) => {
        waiting(`${name} is somebody else's`);
        signal.throwIfAborted();
        done.push(`acquire ${name}`);
        onAcquire();
        const cause = new AbortController();
        causes.set(name, cause);
        return {
          holds: () => {
            done.push(`ask ${name}`);
            return !lost.has(name);
          },
          lost: cause.signal,
          release: async () => void done.push(`release ${name}`),
        };
      },
    });
    return { done, lost, causes, lock };
  }
  const { signal } = new AbortController();

  it('is all locks, acquired in order and given back in the opposite one', async () => {
    const { done, lock } = bench();
    const told: string[] = [];
    const hold = await lead([lock('a'), lock('b')], (why) => told.push(why), signal);
    expect(told).to.deep.equal(["a is somebody else's", "b is somebody else's"]);
    done.length = 0;
    await hold.release();
    expect(done).to.deep.equal(['release b', 'release a']);
  });

  it('is lost with any of them, and each is asked', async () => {
    const { done, lost, causes, lock } = bench();
    const hold = await lead([lock('a'), lock('b')], () => undefined, signal);
    expect([hold.holds(), hold.lost.aborted]).to.deep.equal([true, false]);
    lost.add('a');
    done.length = 0;
    expect(hold.holds()).to.equal(false);
    expect(done).to.deep.equal(['ask a', 'ask b']);
    causes.get('b')?.abort(new Error('taken'));
    expect(hold.lost.reason).to.include({ message: 'taken' });
  });

  it('is sought again from the beginning when one is lost while another is waited for', async () => {
    const { done, lost, lock } = bench();
    let tries = 0;
    const second = lock('b', () => {
      if (++tries === 1) lost.add('a');
      else lost.clear();
    });
    await lead([lock('a'), second], () => undefined, signal);
    expect(done.filter((each) => !each.startsWith('ask'))).to.deep.equal([
      'acquire a',
      'acquire b',
      'release b',
      'release a',
      'acquire a',
      'acquire b',
    ]);
  });

  it('is given up whole when the search ends', async () => {
    const { done, lock } = bench();
    const abort = new AbortController();
    const first = lock('a', () => {
      abort.abort(new Error('enough'));
    });
    const end = await lead([first, lock('b')], () => undefined, abort.signal).catch(String);
    expect(end).to.equal('Error: enough');
    expect(done).to.deep.equal(['acquire a', 'release a']);
  });
});
