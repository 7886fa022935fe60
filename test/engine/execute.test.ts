import { expect } from 'chai';
import { Fault } from '../../operator/core/fault.ts';
import { itemKey, type Observed } from '../../operator/core/item.ts';
import type { Action, Plan } from '../../operator/core/plan.ts';
import { Executor } from '../../operator/engine/execute.ts';
import { Observation } from '../../operator/engine/observation.ts';
import { Readiness } from '../../operator/engine/readiness.ts';
import { network, seen, workload } from '../core/samples.ts';
import { flush, ManualClock } from '../fakes/manual-clock.ts';

const item = network('n');
const create: Action = { verb: 'create', item, cause: 'test' };
const plan: Plan = { key: 'k', actions: [create], waits: [] };

/** An executor over a driver whose calls end when the test says so. */
function bench() {
  const clock = new ManualClock();
  const observation = new Observation(new Readiness());
  const calls: { resolve: (found: Observed | undefined) => void; reject: (error: unknown) => void }[] = [];
  const ended: string[] = [];
  /** What a read finds. */
  const found = new Map<string, Observed>();
  const abort = new AbortController();
  const executor = new Executor({
    mayWrite: () => true,
    clock,
    observation,
    random: () => 0,
    signal: abort.signal,
    drivers: [
      {
        name: 'test',
        types: ['network', 'workload'],
        list: async () => [],
        read: async (ref) => found.get(itemKey(ref)),
        watch: () => undefined,
        apply: () => new Promise((resolve, reject) => calls.push({ resolve, reject })),
      },
    ],
    ended: (key, action, fault) => ended.push(`${key} ${action.verb} ${fault?.reason ?? 'done'}`),
  });
  const fail = async (error: unknown): Promise<void> => {
    executor.start('k', create);
    calls.at(-1)?.reject(error);
    await flush();
  };
  return { clock, observation, executor, calls, ended, abort, fail, found };
}

describe('executor', () => {
  it('calls an item busy until its action ends, and the observation is true by then', async () => {
    const { executor, observation, calls, ended } = bench();
    executor.start('k', create);
    expect([...executor.busy]).to.deep.equal([['network/n', create]]);
    calls[0]?.resolve({ type: 'network', id: 'n', owner: 'o', hash: 'h', phase: 'ready', fields: {} });
    await flush();
    expect(executor.busy.size).to.equal(0);
    expect(observation.get(item)).to.include({ phase: 'ready' });
    expect(ended).to.deep.equal(['k create done']);
  });

  it('sees what a creation that failed has left: nothing is made beside it', async () => {
    const { executor, observation, calls, found } = bench();
    const half = seen(workload('files-1a2b3c4d-1'), { phase: 'stopped' });
    found.set(itemKey(half), half);
    executor.start('k', { verb: 'create', item: workload(half.id), cause: 'test' });
    calls[0]?.reject(new Fault('transient', 'EngineSlow', 'no answer'));
    await flush();
    expect(executor.busy.size).to.equal(0);
    expect(observation.get(half)).to.include({ phase: 'stopped' });
  });

  it('does not hold up one action by another', async () => {
    const { executor, calls, ended } = bench();
    executor.start('k', create);
    executor.start('other', { ...create, item: network('m') });
    calls[1]?.resolve(undefined);
    await flush();
    expect(ended).to.deep.equal(['other create done']);
  });

  it('waits after a failure, twice as long after the next, and says why', async () => {
    const { clock, executor, fail } = bench();
    const waits: (number | undefined)[] = [];
    for (let round = 0; round < 4; round++) {
      await fail(new Error('hiccup'));
      const [wait] = executor.defer(plan).waits;
      expect(wait).to.include({ cause: 'hiccup' });
      waits.push(wait?.requeueAfterMs);
      expect(executor.defer(plan).actions).to.deep.equal([]);
      await clock.advance(wait?.requeueAfterMs ?? 0);
      expect(executor.defer(plan).actions).to.deep.equal([create]);
    }
    expect(waits).to.deep.equal([100, 200, 400, 800]);
  });

  it('tries again no later than it was to, however far the clock is set back', async () => {
    const { clock, executor, fail } = bench();
    await fail(new Error('hiccup'));
    clock.jump(-24 * 3_600_000);
    expect(executor.defer(plan).actions).to.deep.equal([create]);
  });

  it('tries at once when something else is wanted', async () => {
    const { executor, fail } = bench();
    await fail(new Fault('invalid', 'EngineRefused', 'no'));
    expect(executor.defer(plan).actions).to.deep.equal([]);
    const mended = { ...create, item: network('n', true) };
    expect(executor.defer({ ...plan, actions: [mended] }).actions).to.deep.equal([mended]);
  });

  it('begins anew with short waits after a success', async () => {
    const { executor, calls, fail } = bench();
    for (let round = 0; round < 5; round++) await fail(new Error('hiccup'));
    executor.start('k', create);
    calls.at(-1)?.resolve(undefined);
    await flush();
    expect(executor.faults().size).to.equal(0);
    await fail(new Error('hiccup'));
    expect(executor.defer(plan).waits[0]).to.include({ requeueAfterMs: 100 });
  });

  it('keeps the fault of an item for its status until it is forgotten', async () => {
    const { executor, fail } = bench();
    await fail(new Fault('missing', 'ImageMissing', 'no image'));
    expect(executor.faults().get('network/n')).to.include({ class: 'missing', reason: 'ImageMissing' });
    executor.forget('network/n');
    expect(executor.faults().size).to.equal(0);
  });

  it('takes a programming error for a bug and an unknown one for a hiccup', async () => {
    const { executor, fail } = bench();
    await fail(new TypeError('x is not a function'));
    expect(executor.faults().get('network/n')).to.include({ class: 'bug', reason: 'InternalError' });
    await fail('a string');
    expect(executor.faults().get('network/n')).to.include({ class: 'transient', message: 'a string' });
  });

  it('reports an item that no driver knows as a bug', async () => {
    const { executor, ended } = bench();
    executor.start('k', { ...create, item: { ...item, type: 'volume', spec: { name: 'v' } } });
    await flush();
    expect(ended).to.deep.equal(['k create InternalError']);
  });

  it('resolves when nothing is under way any more, and is silent once stopped', async () => {
    const { executor, calls, ended, abort } = bench();
    executor.start('k', create);
    abort.abort();
    let settled = false;
    const waiting = executor.settled().then(() => {
      settled = true;
    });
    await flush();
    expect(settled).to.equal(false);
    calls[0]?.reject(new Error('aborted'));
    await waiting;
    expect(ended).to.deep.equal([]);
  });
});
