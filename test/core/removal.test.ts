import { expect } from 'chai';
import type { Observed } from '../../operator/core/item.ts';
import {
  backend,
  lines,
  network,
  planOf,
  registration,
  removals,
  replica,
  seen,
  server,
  serving,
  workload,
} from './samples.ts';

const two = { replicas: 2, maxSurge: 1 };

describe('diff, shrinking', () => {
  it('keeps the old replica until the new one serves', () => {
    const desired = [backend(), ...replica('new-1')];
    const waiting = ['wait workload/old-1: serves until its replacement does'];
    expect(removals(desired, [seen(backend()), ...serving('old-1')])).to.deep.equal(waiting);
    expect(
      removals(desired, [seen(backend()), ...serving('old-1'), seen(workload('new-1'), { phase: 'starting' })]),
    ).to.deep.equal(waiting);
    expect(removals(desired, [seen(backend()), ...serving('old-1'), seen(workload('new-1'))])).to.deep.equal(waiting);
    expect(removals(desired, [seen(backend()), ...serving('old-1'), ...serving('new-1')])).to.deep.equal([
      'drain server/old-1: is no longer desired',
    ]);
  });

  it('does not trust a replacement whose server is not as desired', () => {
    const observed = [seen(backend()), ...serving('old-1'), ...serving('new-1', { hash: 'ffffffffff' })];
    expect(removals([backend(), ...replica('new-1')], observed)).to.deep.equal([
      'wait workload/old-1: serves until its replacement does',
    ]);
  });

  it('does not trust a replacement that fails its health check', () => {
    const observed = [seen(backend()), ...serving('old-1'), ...serving('new-1', { fields: { health: 'DOWN' } })];
    expect(removals([backend(), ...replica('new-1')], observed)).to.deep.equal([
      'wait workload/old-1: serves until its replacement does',
    ]);
  });

  it('lets go as many old replicas as new ones serve', () => {
    const desired = [backend(), ...replica('new-1', 1, two), ...replica('new-2', 2, two)];
    const observed = [seen(backend()), ...serving('old-1'), ...serving('old-2'), ...serving('new-1')];
    expect(removals(desired, observed)).to.deep.equal([
      'drain server/old-1: is no longer desired',
      'wait workload/old-2: serves until its replacement does',
    ]);
  });

  it('does not count on one that is just being drained or removed', () => {
    const desired = [backend(), ...replica('new-1')];
    const draining = { verb: 'drain', item: seen(server('old-2')), cause: 'test' } as const;
    const removing = { verb: 'remove', item: seen(workload('old-2')), cause: 'test' } as const;
    const observed = [seen(backend()), ...serving('old-1'), ...serving('old-2')];
    for (const [key, action] of [
      ['server/old-2', draining],
      ['workload/old-2', removing],
    ] as const)
      expect(lines(planOf(desired, observed, { busy: new Map([[key, action]]) }))).to.include(
        'wait workload/old-1: serves until its replacement does',
      );
  });

  it('drains the surplus at once when there are fewer to be', () => {
    const observed = [seen(backend()), ...serving('a-1'), ...serving('a-2'), ...serving('a-3')];
    expect(removals([backend(), ...replica('a-1')], observed)).to.deep.equal([
      'drain server/a-2: is no longer desired',
      'drain server/a-3: is no longer desired',
    ]);
  });

  it('removes a replica that never served without waiting for anything', () => {
    const observed = [seen(backend()), seen(workload('old-1'), { phase: 'failed' })];
    expect(removals([backend(), ...replica('new-1')], observed)).to.deep.equal([
      'remove workload/old-1: is no longer desired',
    ]);
  });

  it('keeps a proven replica without a route while nothing else serves: the balancer may have just lost its state', () => {
    expect(removals([backend(), ...replica('new-1')], [seen(workload('old-1'))])).to.deep.equal([
      'wait workload/old-1: serves until its replacement does',
    ]);
  });

  it('keeps no more replicas without a route than are lacking: they would leave no room for new ones', () => {
    const observed = [seen(backend()), seen(workload('old-1')), seen(workload('old-2')), seen(workload('old-3'))];
    expect(removals([backend(), ...replica('new-1')], observed)).to.deep.equal([
      'remove workload/old-2: is no longer desired',
      'remove workload/old-3: is no longer desired',
      'wait workload/old-1: serves until its replacement does',
    ]);
  });

  it('does not let old replicas that lost their routes block the way of new ones', () => {
    const desired = [backend(), ...replica('new-1', 1, two), ...replica('new-2', 2, two)];
    const observed = [seen(backend()), seen(workload('old-1')), seen(workload('old-2')), ...serving('new-1')];
    expect(removals(desired, observed)).to.deep.equal([
      'remove workload/old-1: is no longer desired',
      'remove workload/old-2: is no longer desired',
    ]);
  });

  const drain = (fields: Record<string, string>): Observed[] => [
    seen(backend()),
    ...serving('new-1'),
    ...serving('old-1', { phase: 'draining', fields: { drainingSinceMs: '1000', ...fields } }),
  ];
  const draining: readonly (readonly [string, Record<string, string>, number, string])[] = [
    [
      'waits for the sessions of a draining server',
      { sessions: '3' },
      11_000,
      'wait server/old-1: drains for at most 50 s more: 3 sessions',
    ],
    [
      'waits for the deadline where sessions cannot be counted',
      {},
      11_000,
      'wait server/old-1: drains for at most 50 s more: sessions cannot be counted',
    ],
    [
      'removes a draining server when its last session ends',
      { sessions: '0' },
      1_001,
      'remove server/old-1: is drained',
    ],
    [
      'removes a draining server at the deadline, whatever it holds',
      { sessions: '3' },
      61_000,
      'remove server/old-1: is drained',
    ],
    [
      'drains anew what began to be drained in the future: the clock was set back',
      { sessions: '3' },
      999,
      'drain server/old-1: is no longer desired',
    ],
  ];
  for (const [sentence, fields, nowMs, expected] of draining) {
    it(sentence, () => {
      expect(removals([backend(), ...replica('new-1')], drain(fields), { nowMs })).to.deep.equal([expected]);
    });
  }

  it('looks after a draining server every half second, and at its deadline', () => {
    const requeue = (nowMs: number): unknown =>
      planOf([backend(), ...replica('new-1')], drain({ sessions: '1' }), { nowMs }).waits[0]?.requeueAfterMs;
    expect([requeue(2_000), requeue(60_900)]).to.deep.equal([500, 100]);
  });

  it('does not drain a server that is down or has no time to drain', () => {
    for (const fields of [{ health: 'DOWN' }, { drainTimeoutMs: '0' }]) {
      const observed = [seen(backend()), ...serving('new-1'), ...serving('old-1', { fields })];
      expect(removals([backend(), ...replica('new-1')], observed)).to.deep.equal([
        'remove server/old-1: is no longer desired',
      ]);
    }
  });

  it('goes from server to registration to workload, a step at a time', () => {
    const desired = [backend(), ...replica('new-1')];
    const [old, route, entry] = [
      seen(workload('old-1')),
      seen(server('old-1'), { fields: { drainTimeoutMs: '0' } }),
      seen(registration('old-1')),
    ];
    const rest = [seen(backend()), ...serving('new-1')];
    expect(removals(desired, [...rest, old, route, entry])).to.deep.equal([
      'remove server/old-1: is no longer desired',
    ]);
    expect(removals(desired, [...rest, old, entry])).to.deep.equal(['remove registration/old-1: is no longer desired']);
    expect(removals(desired, [...rest, old])).to.deep.equal(['remove workload/old-1: is no longer desired']);
  });

  it('sweeps a server and a registration whose workload is gone', () => {
    const orphan = seen(server('old-1'), { fields: { health: 'DOWN' } });
    expect(removals([backend(), ...replica('new-1')], [seen(backend()), ...serving('new-1'), orphan])).to.deep.equal([
      'remove server/old-1: is no longer desired',
    ]);
    expect(removals([backend()], [seen(backend()), seen(registration('old-1'))])).to.deep.equal([
      'remove registration/old-1: is no longer desired',
    ]);
  });

  it('lets a surplus backend take its servers along', () => {
    const observed = [seen(backend()), ...serving('old-1')];
    expect(removals([], observed)).to.deep.equal(['remove backend/files: its resource was removed']);
    expect(
      removals(
        [],
        observed.filter(({ type }) => type === 'workload' || type === 'registration'),
      ),
    ).to.deep.equal(['remove registration/old-1: its resource was removed']);
  });

  it('removes networks after everything that uses them', () => {
    expect(removals([], [seen(network('n')), seen(workload('a-1'))])).to.deep.equal([
      'remove workload/a-1: its resource was removed',
      'wait network/n: goes after the workloads that use it',
    ]);
    expect(removals([], [seen(network('n'))])).to.deep.equal(['remove network/n: its resource was removed']);
  });

  it('keeps a network that is no longer desired until everything desired is there', () => {
    expect(removals([network('m')], [seen(network('n'))])).to.deep.equal([
      'wait network/n: goes once everything desired is there',
    ]);
    expect(removals([network('m')], [seen(network('n')), seen(network('m'))])).to.deep.equal([
      'remove network/n: is no longer desired',
    ]);
  });

  it('never removes what is foreign', () => {
    expect(
      removals([], [seen(network('n'), { phase: 'foreign' }), seen(workload('a-1'), { phase: 'foreign' })]),
    ).to.deep.equal([]);
  });

  it('leaves what is being worked on alone', () => {
    const observed = [seen(network('n')), seen(workload('a-1'))];
    const removal = { verb: 'remove', item: seen(workload('a-1')), cause: 'test' } as const;
    expect(lines(planOf([], observed, { busy: new Map([['workload/a-1', removal]]) }))).to.deep.equal([
      'wait network/n: goes after the workloads that use it',
    ]);
  });
});
