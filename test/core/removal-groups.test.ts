import { expect } from 'chai';
import type { Observed } from '../../operator/core/item.ts';
import {
  backend,
  balancer,
  elsewhere,
  network,
  registration,
  removals,
  replica,
  seen,
  server,
  serving,
  volume,
  workload,
} from './samples.ts';

const goes = (item: string): string => `remove ${item}: is no longer desired`;
const drains = (item: string): string => `drain ${item}: is no longer desired`;
const serves = (item: string): string => `wait ${item}: serves until its replacement does`;
const desired = [backend(), ...replica('new-1')];
const two = { replicas: 2, maxSurge: 0, exclusive: true };

describe('diff, shrinking group by group', () => {
  it('goes by ids, whatever the order in which things were found', () => {
    const observed = [seen(backend()), ...serving('old-2'), ...serving('old-1'), ...serving('new-1')];
    expect(removals([backend(), ...replica('new-1', 1, { replicas: 2 })], observed)).to.deep.equal([
      drains('server/old-1'),
      serves('workload/old-2'),
    ]);
    const gone = ['a-2', 'a-1'].map((id) => seen(server(id), { fields: { health: 'DOWN' } }));
    expect(removals([backend()], [seen(backend()), ...gone])).to.deep.equal([goes('server/a-1'), goes('server/a-2')]);
  });

  it('tells a server by the workload that it names, not by its own id', () => {
    const orphan = { ...seen(server('old-1'), { fields: { drainTimeoutMs: '0' } }), id: 'elder' };
    expect(removals([backend()], [seen(backend()), orphan])).to.deep.equal([goes('server/elder')]);
    const entry = { ...seen(registration('old-1')), id: 'entry' };
    expect(removals([backend()], [seen(backend()), orphan, entry, seen(workload('old-1'))])).to.deep.equal([
      goes('server/elder'),
    ]);
  });

  it('takes no registration for a route', () => {
    const observed = [...serving('old-1'), seen(registration('old-2')), seen(workload('old-2'))];
    expect(removals(desired, [seen(backend()), ...observed])).to.deep.equal([
      goes('registration/old-2'),
      serves('workload/old-1'),
    ]);
  });

  it('goes on draining what drains, even if its replacement has failed meanwhile', () => {
    const draining = { phase: 'draining', fields: { drainingSinceMs: '0', sessions: '1' } } as const;
    expect(removals(desired, [seen(backend()), ...serving('old-1', draining)], { nowMs: 10_000 })).to.deep.equal([
      'wait server/old-1: drains for at most 50 s more: 1 sessions',
    ]);
    const exclusive = [backend(), ...replica('new-1', 1, { exclusive: true })];
    expect(removals(exclusive, [seen(backend()), ...serving('old-1', draining)], { nowMs: 10_000 })).to.deep.equal([
      'wait server/old-1: drains for at most 50 s more: 1 sessions',
    ]);
  });

  it('counts nothing of another group, neither as a replacement nor as what still serves', () => {
    const beside = elsewhere(workload('beside-1'));
    const others = serving('zeta-1').map((item) =>
      item.type === 'workload' ? { ...item, fields: { ...item.fields, group: 'long gone' } } : item,
    );
    expect(
      removals(
        [...desired, beside, server('beside-1')],
        [seen(backend()), seen(beside), seen(server('beside-1')), ...serving('old-1'), ...others],
      ),
    ).to.deep.equal([drains('server/zeta-1'), serves('workload/old-1')]);
    expect(removals(desired, [seen(backend()), ...others]), 'a group that nobody wants').to.deep.equal([
      drains('server/zeta-1'),
    ]);
  });

  it('keeps all there is while what was made beside it has not been proven', () => {
    const observed = [seen(workload('old-1'), { phase: 'starting' }), seen(workload('old-2'))];
    expect(removals(desired, [seen(backend()), ...observed])).to.deep.equal([
      goes('workload/old-1'),
      serves('workload/old-2'),
    ]);
  });

  it('lets one go whose server has failed while enough others serve', () => {
    const observed = [...serving('old-1', { phase: 'failed' }), ...serving('old-2')];
    expect(removals(desired, [seen(backend()), ...observed])).to.deep.equal([
      drains('server/old-1'),
      serves('workload/old-2'),
    ]);
  });

  it('does not ask for the registration of a replacement: clients are led to it already', () => {
    expect(
      removals(desired, [seen(backend()), seen(workload('new-1')), seen(server('new-1')), ...serving('old-1')]),
    ).to.deep.equal([drains('server/old-1')]);
  });

  it('does not trust a replacement whose server is being drained', () => {
    const observed = [seen(backend()), ...serving('new-1', { phase: 'draining' }), ...serving('old-1')];
    expect(removals(desired, observed)).to.deep.equal([serves('workload/old-1')]);
  });

  it('empties a place that cannot be shared once every replica for it is made, and does not drain for it', () => {
    const wanted = [backend(), ...replica('new-1', 1, two), ...replica('new-2', 2, two)];
    const [first, second] = [1, 2].map((number) => workload(`new-${number}`, number, two)) as [
      ReturnType<typeof workload>,
      ReturnType<typeof workload>,
    ];
    const observed = [seen(backend()), ...serving('old-1'), seen(first, { phase: 'stopped' })];
    expect(removals(wanted, observed)).to.deep.equal(['wait workload/old-1: serves until its replacement can start']);
    expect(removals(wanted, [...observed, seen(second)])).to.deep.equal([goes('server/old-1')]);
  });

  it('takes servers along with their own backend, and with nothing else', () => {
    const others: readonly (readonly [string, Observed])[] = [
      ['another backend', seen(backend('other'))],
      ['a network of that name', seen(network('files'))],
    ];
    for (const [what, other] of others)
      expect(removals([], [other, ...serving('old-1')]), what).to.include(
        'drain server/old-1: its resource was removed',
      );
  });
});

describe('diff, taking away what carries workloads', () => {
  for (const item of [network('n'), volume('v'), balancer()]) {
    const key = `${item.type}/${item.id}`;
    it(`keeps a ${item.type} until the workloads are gone`, () => {
      expect(removals([], [seen(item), seen(workload('a-1'))])).to.deep.equal([
        'remove workload/a-1: its resource was removed',
        `wait ${key}: goes after the workloads that use it`,
      ]);
      expect(removals([], [seen(item)])).to.deep.equal([`remove ${key}: its resource was removed`]);
    });
  }

  it('does not keep a listener for them', () => {
    expect(removals([], [seen(backend()), seen(workload('a-1'))])).to.include(
      'remove backend/files: its resource was removed',
    );
  });

  it('keeps it until what is desired is there as desired, and does its work', () => {
    const waiting = ['wait network/n: goes once everything desired is there'];
    expect(removals([balancer()], [seen(network('n')), seen(balancer(), { hash: 'ffffffffff' })])).to.deep.equal(
      waiting,
    );
    expect(removals([balancer()], [seen(network('n')), seen(balancer(), { phase: 'starting' })])).to.deep.equal(
      waiting,
    );
    expect(removals([balancer()], [seen(network('n')), seen(balancer())])).to.deep.equal([goes('network/n')]);
    const late = server('a-1');
    expect(
      removals([late], [seen(network('n')), seen(late)]),
      'something whose values are not known is not as desired',
    ).to.deep.equal(waiting);
    const foreign = seen(network('m', true), { phase: 'foreign', owner: '' });
    expect(removals([network('m', true)], [seen(network('n')), foreign]), 'an adopted one is there').to.deep.equal([
      goes('network/n'),
    ]);
  });
});
