import { expect } from 'chai';
import { bind, describeLate } from '../../operator/core/bind.ts';
import type { ItemRef } from '../../operator/core/item.ts';
import { balancer, registration, seen, server, workload } from './samples.ts';

const running = (fields: Record<string, string>) => (ref: ItemRef) =>
  ref.id === 'a-1' ? seen(workload('a-1'), { fields }) : undefined;

describe('bind', () => {
  it('fills late values at any depth from the observation', () => {
    const item = registration('a-1');
    const late = { late: { type: 'workload', id: 'a-1' }, field: 'protocolVersion' } as const;
    const result = bind(
      { ...item, spec: { ...item.spec, meta: { protocol: late, path: '/mcp' } } },
      running({ address: '10.0.0.7', protocolVersion: '2025-11-25' }),
    );
    expect(result).to.have.nested.property('bound.spec.address', '10.0.0.7');
    expect(result)
      .to.have.nested.property('bound.spec.meta')
      .that.deep.equals({ protocol: '2025-11-25', path: '/mcp' });
  });

  it('names the first value that is not known yet', () => {
    const result = bind(server('a-1'), () => undefined);
    expect(result).to.deep.equal({ unbound: { late: { type: 'workload', id: 'a-1' }, field: 'instance' } });
    if ('unbound' in result) expect(describeLate(result.unbound)).to.equal('instance of workload a-1');
  });

  it('takes an empty value for an unknown one', () => {
    expect(bind(server('a-1'), running({ address: '' }))).to.have.nested.property('unbound.field', 'address');
  });

  it('leaves what is nothing as it is', () => {
    const item = workload('a-1');
    const spec = { ...item.spec, bridge: null } as unknown as typeof item.spec;
    expect(bind({ ...item, spec }, () => undefined)).to.have.nested.property('bound.spec.bridge', null);
  });

  it('gives another hash when an address is another', () => {
    const [before, after] = ['10.0.0.1', '10.0.0.2'].map((address) => bind(server('a-1'), running({ address })));
    expect(before)
      .to.have.nested.property('bound.hash')
      .that.is.not.equal((after as { bound: { hash: string } }).bound.hash);
  });

  it('notices that one value of many is another, and that it is back', () => {
    const item = server('a-1');
    const addresses = ['10.0.0.1', '10.0.0.2', '10.0.0.1'].map((address) => {
      const result = bind(item, running({ address, instance: 'i1' }));
      return 'bound' in result && result.bound.type === 'server' ? result.bound.spec.address : 'unbound';
    });
    expect(addresses).to.deep.equal(['10.0.0.1', '10.0.0.2', '10.0.0.1']);
  });

  it('fills late values in lists, and leaves the others', () => {
    const late = { late: { type: 'workload', id: 'a-1' }, field: 'address' } as const;
    const item = balancer();
    const result = bind(
      { ...item, spec: { ...item.spec, bindAddresses: ['127.0.0.1', late] } },
      running({ address: '10.0.0.7' }),
    );
    expect(result).to.have.deep.nested.property('bound.spec.bindAddresses', ['127.0.0.1', '10.0.0.7']);
  });

  it('leaves the hash of a workload alone: it is in the names of containers', () => {
    const item = workload('a-1');
    expect(bind({ ...item, spec: { ...item.spec, replica: 2 } }, () => undefined)).to.have.nested.property(
      'bound.hash',
      item.hash,
    );
  });

  it('changes nothing but the late values and the hash', () => {
    const item = server('a-1');
    const result = bind(item, running({ address: '10.0.0.7', instance: 'i1' }));
    if (!('bound' in result)) expect.fail('is not bound');
    expect(result.bound).to.deep.equal({
      ...item,
      hash: result.bound.hash,
      spec: { ...item.spec, address: '10.0.0.7', instance: 'i1' },
    });
  });
});
