import { expect } from 'chai';
import { Fault } from '../../operator/core/fault.ts';
import { findCondition } from '../../operator/core/condition.ts';
import type { Observed } from '../../operator/core/item.ts';
import { network, service } from '../fakes/manifests.ts';
import { alter, assess, message, told } from './scene.ts';

/** What a service tells whose replicas are like this. */
function sick(change: Partial<Observed>): string {
  const away = alter('server', () => undefined);
  const verdict = assess({
    change: (world) => {
      away(world);
      alter('workload', (item) => ({ ...item, ...change, fields: { ...item.fields, ...change.fields } }))(world);
    },
  });
  return message(verdict, 'Available').replace(/^files-[0-9a-f]{8}-1 /, '');
}

describe('trouble of a service', () => {
  it('is told in the words of what sees it', () => {
    expect(sick({ phase: 'failed', message: 'exit 1' })).to.equal('exit 1');
    expect(sick({ phase: 'stopped' })).to.equal('is stopped');
    const speechless = { phase: 'failed', fields: { reason: 'NotSpeakingMCP' } } as const;
    const advice = 'see the output of its container, and spec.transport, mcpPort and path';
    expect(sick({ ...speechless, message: 'refused' })).to.equal(`does not speak MCP: refused; ${advice}`);
    expect(sick(speechless)).to.equal(`does not speak MCP: no answer; ${advice}`);
  });

  it('is a health check that fails, also where nobody says how', () => {
    const verdict = assess({ change: alter('server', (item) => ({ ...item, fields: { health: 'DOWN' } })) });
    expect(message(verdict, 'Available')).to.match(/^files-[0-9a-f]{8}-1 fails its health check$/);
  });

  it('is no trouble where something is just being set up', () => {
    const verdict = assess({ change: alter('server', () => undefined) });
    expect(told(verdict)).to.include({ Available: 'False Progressing' });
    expect(message(verdict, 'Available')).to.equal('is being set up');
  });

  it('is a fault that passes by itself only while nothing else is the matter', () => {
    const verdict = assess({
      fault: ({ type }) => (type === 'backend' ? new Fault('transient', 'Retrying', 'hiccup') : undefined),
    });
    expect(told(verdict)).to.include({ Programmed: 'False Retrying', Ready: 'False Retrying' });
  });

  it('names the disagreement of balancer and registry without more words than there are', () => {
    const verdict = assess({
      change: (world) => {
        alter('server', (item) => ({ ...item, phase: 'draining' }), 1)(world);
        alter('registration', (item) => ({ ...item, fields: { health: 'passing' } }), 1)(world);
      },
    });
    expect(message(verdict, 'HealthDisputed')).to.match(/: HAProxy says DRAIN, Consul says passing$/);
  });
});

describe('what a server tells of itself', () => {
  const telling = (fields: Record<string, string>): unknown =>
    assess({
      change: alter('workload', (item) => ({ ...item, fields: { address: 'a', instance: 'i1', ...fields } })),
    }).serverInfo;

  it('is as little as its name', () => {
    expect(telling({ serverName: 'tiny' })).to.deep.equal({
      name: 'tiny',
      version: '',
      protocolVersion: '',
      capabilities: [],
    });
    expect(telling({})).to.equal(undefined);
  });

  it('has a place at the address of its balancer, or on loopback while there is none', () => {
    const url = (change: (item: Observed) => Observed | undefined): string | undefined =>
      assess({ change: alter('balancer', change) }).url;
    expect(url((item) => ({ ...item, fields: { host: '192.0.2.7' } }))).to.equal('http://192.0.2.7:11105/mcp');
    expect(url(() => undefined)).to.equal('http://127.0.0.1:11105/mcp');
    expect(assess({ manifest: service('files', { path: '/x' }) }).url).to.equal('http://127.0.0.1:11105/x');
  });
});

describe('trouble of a network', () => {
  it('is told by what it waits for, or is being set up', () => {
    const verdict = assess({ manifest: network(), change: alter('workload', () => undefined, 1) });
    expect(findCondition(verdict.conditions as never, 'Available')?.message).to.equal('is being set up');
    const blocked = { blocked: { reason: 'InvalidPortRange', message: 'ends before it begins' } };
    const refused = assess({ manifest: network(), desired: blocked });
    expect(told(refused)).to.include({ Available: 'False InvalidPortRange', Ready: 'False InvalidPortRange' });
    expect(refused).to.include({ replicas: 0, readyReplicas: 0 });
  });
});
