import { expect } from 'chai';
import { Fault } from '../../operator/core/fault.ts';
import { itemKey, type DesiredItem, type Observed } from '../../operator/core/item.ts';
import type { Action } from '../../operator/core/plan.ts';
import { Executor } from '../../operator/engine/execute.ts';
import { Observation } from '../../operator/engine/observation.ts';
import { KeyedQueue } from '../../operator/engine/queue.ts';
import { Readiness } from '../../operator/engine/readiness.ts';
import { network, seen, server, volume, workload } from '../core/samples.ts';
import { flush, ManualClock } from '../fakes/manual-clock.ts';

/** An executor whose actions all fail. */
function bench() {
  const observation = new Observation(new Readiness());
  const reads: string[] = [];
  const left = new Map<string, Observed>();
  const executor = new Executor({
    clock: new ManualClock(),
    observation,
    random: () => 0,
    mayWrite: () => true,
    signal: new AbortController().signal,
    drivers: [
      {
        name: 'test',
        types: ['network', 'workload', 'server'],
        list: async () => [],
        read: async (ref) => {
          reads.push(itemKey(ref));
          return left.get(itemKey(ref));
        },
        watch: () => undefined,
        apply: async () => {
          throw new Fault('transient', 'Retrying', 'hiccup');
        },
      },
    ],
    ended: () => undefined,
  });
  const fail = async (action: Action): Promise<void> => {
    executor.start('k', action);
    await flush();
  };
  const delay = (action: Action): unknown =>
    executor.defer({ key: 'k', actions: [action], waits: [] }).waits[0]?.requeueAfterMs ?? 'at once';
  return { executor, observation, reads, left, fail, delay };
}

function creating(item: DesiredItem): Action {
  return { verb: 'create', item, cause: 'test' };
}

describe('an action that failed', () => {
  it('is tried at once as another: with another verb or another content', async () => {
    const { fail, delay } = bench();
    const item = network('n');
    const update: Action = { verb: 'update', item, cause: 'test' };
    const changed = creating(network('n', true));
    await fail(creating(item));
    expect([delay(creating(item)), delay(update), delay(changed)]).to.deep.equal([100, 'at once', 'at once']);
  });

  it('is counted anew as another', async () => {
    const { fail, delay } = bench();
    const item = network('n');
    for (let again = 0; again < 3; again++) await fail(creating(item));
    expect(delay(creating(item))).to.equal(400);
    const changed = creating(network('n', true));
    await fail(changed);
    expect(delay(changed)).to.equal(100);
    const update: Action = { verb: 'update', item: network('n', true), cause: 'test' };
    await fail(update);
    expect(delay(update)).to.equal(100);
  });

  it('is looked after where another would be made or taken away beside what it left', async () => {
    const { fail, reads, left, observation } = bench();
    const half = seen(server('a-1'), { phase: 'starting' });
    left.set(itemKey(half), half);
    for (const item of [network('n'), workload('a-1'), server('a-1')]) await fail(creating(item));
    expect(reads).to.deep.equal(['workload/a-1', 'server/a-1']);
    expect(observation.get(half)).to.include({ phase: 'starting' });
  });

  it('is named by its type where no driver knows it', async () => {
    const { executor, fail } = bench();
    await fail(creating(volume('v')));
    expect(executor.faults().get('volume/v')?.message).to.equal('no driver for items of type volume');
  });
});

describe('a queue that is not open', () => {
  it('has work, though nothing is done', () => {
    const queue = new KeyedQueue(new ManualClock(), 1, async () => undefined);
    expect(queue.idle).to.equal(true);
    queue.add('a');
    expect(queue.idle).to.equal(false);
  });
});
