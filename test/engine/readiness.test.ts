import { expect } from 'chai';
import type { Observed } from '../../operator/core/item.ts';
import { Readiness } from '../../operator/engine/readiness.ts';
import { seen, server, workload } from '../core/samples.ts';

const starting = seen(workload('a-1'), { phase: 'starting' });
const instance = 'a-1-i1';

/** A workload as it looks with what is known of it. */
function look(readiness: Readiness, item: Observed = starting, route?: Observed): Observed {
  return readiness.overlay(item, route);
}

describe('readiness', () => {
  it('makes a starting workload ready once it is proven, with what it told', () => {
    const readiness = new Readiness();
    expect(look(readiness)).to.deep.equal(starting);
    expect(readiness.isProven(instance)).to.equal(false);
    readiness.proven(instance, { serverName: 'tiny' });
    expect(readiness.isProven(instance)).to.equal(true);
    expect(look(readiness)).to.deep.equal({
      ...starting,
      phase: 'ready',
      fields: { ...starting.fields, serverName: 'tiny' },
    });
  });

  it('says why a workload is not ready yet, and calls it failed when it takes too long', () => {
    const readiness = new Readiness();
    readiness.failed(instance, 'refused', false);
    expect(look(readiness)).to.deep.equal({ ...starting, message: 'does not answer yet: refused' });
    readiness.failed(instance, 'refused', true);
    expect(look(readiness)).to.deep.equal({
      ...starting,
      phase: 'failed',
      message: 'refused',
      fields: { ...starting.fields, reason: 'NotSpeakingMCP' },
    });
    readiness.proven(instance, {});
    expect(look(readiness), 'late is better than never').to.deep.equal({ ...starting, phase: 'ready' });
  });

  it('tells what is news: the first time that it takes too long, and other words then', () => {
    const readiness = new Readiness();
    const told = [
      readiness.failed(instance, 'refused', false),
      readiness.failed(instance, 'reset', false),
      readiness.failed(instance, 'reset', true),
      readiness.failed(instance, 'reset', true),
      readiness.failed(instance, 'refused', true),
    ];
    expect(told).to.deep.equal([false, false, true, false, true]);
  });

  it('leaves what is not starting, or is nobody known, as it is', () => {
    const readiness = new Readiness();
    readiness.proven(instance, { serverName: 'tiny' });
    for (const phase of ['stopped', 'ready', 'failed', 'foreign'] as const)
      expect(look(readiness, { ...starting, phase })).to.deep.equal({ ...starting, phase });
    const nameless = { ...starting, fields: { group: 'replicas' } };
    expect(look(readiness, nameless)).to.deep.equal(nameless);
    const route = seen(server('a-1'), { phase: 'starting' });
    expect(look(readiness, route)).to.deep.equal(route);
  });

  it('trusts a balancer that routes to this very start: an earlier operator has proven it', () => {
    const readiness = new Readiness();
    const route = seen(server('a-1'));
    expect(look(readiness, starting, route)).to.deep.equal({ ...starting, phase: 'ready' });
    expect(look(readiness, starting, { ...route, phase: 'draining' })).to.deep.equal(starting);
    expect(look(readiness, starting, { ...route, fields: { instance: 'another' } })).to.deep.equal(starting);
  });

  it('counts the sessions of a server, and at least its connections', () => {
    const readiness = new Readiness();
    const route = seen(server('a-1'), { fields: { instance } });
    expect(readiness.sessions(instance, 3)).to.equal(true);
    expect(readiness.sessions(instance, 3)).to.equal(false);
    expect(look(readiness, route)).to.deep.equal({ ...route, fields: { ...route.fields, sessions: '3' } });
    const busy = seen(server('a-1'), { fields: { instance, connections: '5' } });
    expect(look(readiness, busy).fields['sessions']).to.equal('5');
    expect(readiness.sessions(instance, 0)).to.equal(true);
    expect(look(readiness, route).fields['sessions']).to.equal('0');
    expect(look(readiness), 'a workload has none').to.deep.equal(starting);
    readiness.failed(instance, 'refused', false);
    expect(look(readiness, route).fields['sessions'], 'and they are not forgotten').to.equal('0');
  });

  it('forgets instances that are gone, and no others', () => {
    const readiness = new Readiness();
    for (const each of ['i1', 'i2']) readiness.proven(each, {});
    readiness.retain(new Set(['i2']));
    expect([readiness.isProven('i1'), readiness.isProven('i2')]).to.deep.equal([false, true]);
  });
});
