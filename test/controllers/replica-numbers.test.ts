import { expect } from 'chai';
import { replicaNumbers } from '../../controllers/numbers.ts';
import { driftFields } from '../../operator/core/drift.ts';
import type { Observed, Phase } from '../../operator/core/item.ts';

const existing = (number: number, phase: Phase, fields: Observed['fields'] = {}): Observed => ({
  type: 'workload',
  id: `files-1-${number}`,
  owner: 'MCPService/default/files',
  hash: '1',
  phase,
  fields,
});

function chosen(count: number, ...there: Observed[]): number[] {
  return replicaNumbers({ count, stem: 'files-1', spec: {} }, there);
}

describe('numbers of replicas', () => {
  it('begin at 1', () => {
    expect(chosen(2)).to.deep.equal([1, 2]);
  });

  it('are those that exist, completed by the lowest free ones', () => {
    expect(chosen(3, existing(2, 'ready'), existing(4, 'starting'))).to.deep.equal([1, 2, 4]);
  });

  it('are the lowest where more serve than are wanted', () => {
    expect(chosen(1, existing(1, 'ready'), existing(2, 'ready'))).to.deep.equal([1]);
  });

  it('pass over one that is taken away, and do not go back to it while the one in its place serves', () => {
    const leaving = existing(1, 'draining', { [driftFields.detached]: 'Kubernetes takes its Pod away' });
    expect(chosen(1, leaving)).to.deep.equal([2]);
    expect(chosen(1, existing(1, 'starting'), existing(2, 'ready'))).to.deep.equal([2]);
  });
});
