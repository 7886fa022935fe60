import { expect } from 'chai';
import { KeyedQueue } from '../../operator/engine/queue.ts';
import { flush, ManualClock } from '../fakes/manual-clock.ts';

/** A queue whose work ends when the test says so. */
function bench(concurrency = 16): {
  clock: ManualClock;
  queue: KeyedQueue;
  begun: string[];
  finish: (key: string) => Promise<void>;
} {
  const clock = new ManualClock();
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  const queue = new KeyedQueue(clock, concurrency, (key) => {
    begun.push(key);
    return new Promise((resolve) => ends.set(key, resolve));
  });
  const finish = async (key: string): Promise<void> => {
    ends.get(key)?.();
    await flush();
  };
  return { clock, queue, begun, finish };
}

describe('queue', () => {
  it('only collects until it is opened', async () => {
    const { queue, begun } = bench();
    queue.add('a');
    queue.add('a');
    await flush();
    expect(begun).to.deep.equal([]);
    queue.open();
    await flush();
    expect(begun).to.deep.equal(['a']);
  });

  it('works on a key once however often it was added', async () => {
    const { queue, begun, finish } = bench();
    queue.open();
    for (const key of ['a', 'b', 'a', 'a']) queue.add(key);
    await flush();
    await finish('a');
    await finish('b');
    expect(begun.toSorted()).to.deep.equal(['a', 'a', 'b']);
  });

  it('never works twice at once on a key; one that is added meanwhile runs exactly once more', async () => {
    const { queue, begun, finish } = bench();
    queue.open();
    queue.add('a');
    await flush();
    for (let again = 0; again < 5; again++) queue.add('a');
    await flush();
    expect(begun).to.deep.equal(['a']);
    await finish('a');
    expect(begun).to.deep.equal(['a', 'a']);
    await finish('a');
    expect(begun).to.deep.equal(['a', 'a']);
    expect(queue.idle).to.equal(true);
  });

  it('works on no more keys at once than it may', async () => {
    const { queue, begun, finish } = bench(2);
    queue.open();
    for (const key of ['a', 'b', 'c']) queue.add(key);
    await flush();
    expect(begun).to.deep.equal(['a', 'b']);
    await finish('a');
    expect(begun).to.deep.equal(['a', 'b', 'c']);
  });

  it('runs a key for later at the earliest of its times, and once', async () => {
    const { clock, queue, begun, finish } = bench();
    queue.open();
    for (const delayMs of [500, 200, 900]) queue.addAfter('a', delayMs);
    await clock.advance(199);
    expect(begun).to.deep.equal([]);
    await clock.advance(1);
    expect(begun).to.deep.equal(['a']);
    await finish('a');
    await clock.advance(10_000);
    expect(begun).to.deep.equal(['a']);
  });

  it('does not count keys for later as work', async () => {
    const { queue } = bench();
    queue.open();
    queue.addAfter('a', 500);
    expect(queue.idle).to.equal(true);
    queue.add('a');
    expect(queue.idle).to.equal(false);
  });

  it('closes when what runs has ended, and takes nothing more', async () => {
    const { clock, queue, begun, finish } = bench(1);
    queue.open();
    queue.add('a');
    queue.add('b');
    queue.addAfter('c', 10);
    await flush();
    let closed = false;
    const closing = queue.close().then(() => {
      closed = true;
    });
    queue.add('d');
    await clock.advance(1_000);
    expect([begun, closed]).to.deep.equal([['a'], false]);
    await finish('a');
    await closing;
    expect(begun).to.deep.equal(['a']);
  });

  it('lets others have their turns while it works through many keys', async () => {
    let passes = 0;
    const queue = new KeyedQueue(new ManualClock(), 16, async () => void passes++);
    for (let key = 0; key < 10_000; key++) queue.add(String(key));
    queue.open();
    await flush();
    expect(passes).to.be.within(1, 2_000);
    while (!queue.idle) await flush();
    expect(passes).to.equal(10_000);
  });
});
