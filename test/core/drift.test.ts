import { expect } from 'chai';
import { driftOf, unfitness } from '../../operator/core/drift.ts';
import { identify } from '../../operator/core/hash.ts';
import type { WorkloadSpec } from '../../operator/core/item.ts';
import { seen, workload } from './samples.ts';

const limits = { name: 'a-1', networks: 'm,n', memoryBytes: '1024', nanoCpus: '500000000', pids: '16' };

function drift(fields: Record<string, string>, spec: Partial<WorkloadSpec> = {}): string | undefined {
  const item = workload('a-1');
  const wanted = { ...item.spec, networks: ['n', 'm'], memoryBytes: 1024, cpus: 0.5, ...spec };
  return driftOf({ id: item.id, spec: wanted }, seen(item, { fields }));
}

describe('what somebody changed about a container', () => {
  it('is nothing where all is as it was made, or the platform cannot tell', () => {
    expect(drift(limits)).to.equal(undefined);
    expect(drift({})).to.equal(undefined);
    const unlimited = workload('a-1');
    expect(driftOf(unlimited, seen(unlimited, { fields: { nanoCpus: '0' } }))).to.equal(undefined);
  });

  const table: readonly (readonly [string, Record<string, string>, Partial<WorkloadSpec>, string])[] = [
    ['its name', { name: 'b-1' }, {}, 'name b-1 -> a-1'],
    ['its networks', { networks: 'm' }, {}, 'networks m -> m,n'],
    ['that it has none', { networks: '' }, {}, 'networks none -> m,n'],
    ['that it has some', { networks: 'm' }, { networks: [] }, 'networks m -> none'],
    ['that it left the network of the host', { networks: 'm' }, { hostNetwork: true }, 'networks m -> host'],
    ['its memory', { memoryBytes: '2048' }, {}, 'memory 2048 -> 1024'],
    ['its processors', { nanoCpus: '1500000000' }, {}, 'cpus 1.5 -> 0.5'],
    ['that its processors are not limited', { nanoCpus: '0' }, {}, 'cpus none -> 0.5'],
    ['its processes', { pids: '0' }, {}, 'pids 0 -> 16'],
    ['what the platform tells', { repairable: 'restart policy no -> always' }, {}, 'restart policy no -> always'],
  ];
  for (const [what, fields, spec, expected] of table)
    it(`is ${what}`, () => {
      expect(drift({ ...fields }, spec)).to.equal(`was changed by somebody: ${expected}`);
    });

  it('is told all at once', () => {
    expect(drift({ name: 'b-1', pids: '1' })).to.equal('was changed by somebody: name b-1 -> a-1, pids 1 -> 16');
  });

  it('is measured as finely as the engine counts: by billionths of a processor', () => {
    expect(drift({ nanoCpus: '333333333' }, { cpus: 1 / 3 })).to.equal(undefined);
    expect(drift({ nanoCpus: '333333334' }, { cpus: 1 / 3 })).to.equal(
      'was changed by somebody: cpus 0.333333334 -> 0.333333333',
    );
  });

  it('is not to be set right where another container must take its place', () => {
    expect(drift({ name: 'b-1', altered: 'runs another image' })).to.equal(undefined);
  });
});

describe('a container that cannot be set right', () => {
  const unfit = (fields: Record<string, string>, cpus?: number): string | undefined =>
    unfitness(cpus === undefined ? {} : { cpus }, seen(workload('a-1'), { fields }));

  it('is one of which something was altered that stays', () => {
    expect(unfit({ altered: 'runs another image', nanoCpus: '500000000' })).to.equal('runs another image');
  });

  it('is one with a limit that was never wanted: it can only be moved', () => {
    expect(unfit({ nanoCpus: '500000000' })).to.equal('somebody limits it to 0.5 cpus');
    expect([unfit({ nanoCpus: '500000000' }, 2), unfit({ nanoCpus: '0' }), unfit({})]).to.deep.equal([
      undefined,
      undefined,
      undefined,
    ]);
  });
});

describe('the identity of what exists already', () => {
  const versions = [
    { name: '2', of: () => 'new' },
    { name: '1', of: () => 'old' },
  ] as const;

  it('is kept under the version by which it was made, else it is the newest', () => {
    const old = { hash: 'old', hashVersion: '1' };
    const recent = { hash: 'new', hashVersion: '2' };
    expect(identify({}, [old], versions)).to.deep.equal(old);
    expect(identify({}, [{}, old], versions), 'beside others').to.deep.equal(old);
    expect(identify({}, [old, recent], versions), 'both exist').to.deep.equal(recent);
    for (const existing of [[], [{}], [{ hash: 'other', hashVersion: '1' }], [{ hash: 'old', hashVersion: '2' }]])
      expect(identify({}, existing, versions)).to.deep.equal(recent);
  });
});
