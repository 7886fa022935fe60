import { expect } from 'chai';
import { findCondition, settleConditions, type Condition } from '../../operator/core/condition.ts';
import { diff } from '../../operator/core/diff.ts';
import { Fault } from '../../operator/core/fault.ts';
import { hashOf } from '../../operator/core/hash.ts';
import { itemKey, type DesiredItem, type Observed } from '../../operator/core/item.ts';
import type { Desire, Verdict } from '../../operator/core/kind.ts';
import { bind } from '../../operator/core/bind.ts';
import { resourceKey } from '../../operator/core/resource.ts';
import { network, resourceOf, service, type Manifest } from '../fakes/manifests.ts';
import { desire, kindOf } from './context.ts';

type World = Map<string, Observed>;

/** The world once everything desired exists and serves. */
function settled(desired: Desire): World {
  const world: World = new Map();
  const outside = ['balancer/default', 'volume/mcpnet-bridge-1.0.0', 'network/mcp-internal'];
  for (const key of outside) world.set(key, observedAs(key.split('/') as [Observed['type'], string]));
  for (const item of 'items' in desired ? desired.items : []) world.set(itemKey(item), observe(item, world));
  return world;
}

function observedAs([type, id]: [Observed['type'], string]): Observed {
  return { type, id, owner: 'x', hash: '', phase: 'ready', fields: type === 'balancer' ? { host: '127.0.0.1' } : {} };
}

function observe(item: DesiredItem, world: World): Observed {
  const bound = bind(item, (ref) => world.get(itemKey(ref)));
  const fields: Record<string, string> = item.type === 'network' ? { gateway: '10.0.0.254' } : item.type === 'workload' ? { address: '10.0.0.1', instance: 'i1', serverName: 'tiny', serverVersion: '1', protocolVersion: '2025-11-25', capabilities: 'tools,logging', tools: '3' } : {};
  return { type: item.type, id: item.id, owner: item.owner, hash: 'bound' in bound ? bound.bound.hash : hashOf(item.spec), phase: 'ready', fields, ...(item.workload !== undefined && { workload: item.workload }) };
}

interface Scene {
  readonly manifest?: Manifest;
  readonly desired?: Desire;
  /** Changes the settled world. */
  readonly change?: (world: World) => void;
  readonly fault?: (item: DesiredItem) => Fault | undefined;
}

function assess({ manifest = service('files', { replicas: 2 }), desired = desire(manifest), change, fault }: Scene): Verdict {
  const resource = resourceOf(manifest);
  const world = settled(desired);
  // A network is needed by Consul even if it is foreign; registrations of a service need the Consul of its network.
  for (const item of 'items' in desired ? desired.items : []) for (const need of item.needs) if (!world.has(itemKey(need))) world.set(itemKey(need), observedAs([need.type, need.id]));
  change?.(world);
  const items = 'items' in desired ? desired.items : [];
  const faults = new Map(items.flatMap((item) => { const found = fault?.(item); return found ? [[itemKey(item), found] as const] : []; }));
  const lookup = (ref: { type: string; id: string }): Observed | undefined => world.get(`${ref.type}/${ref.id}`);
  const owned = [...world.values()].filter(({ owner }) => owner === resourceKey(resource));
  const plan = 'blocked' in desired ? { key: '', actions: [], waits: [] } : diff({ key: resourceKey(resource), desired: items, owned, lookup, busy: new Map(), nowMs: 0 });
  return kindOf(manifest).assess(resource, { desire: desired, plan, lookup, owned, faults });
}

function told(verdict: Verdict): Record<string, string> {
  const conditions: Condition[] = settleConditions(verdict.conditions, [], 1, 0);
  return Object.fromEntries(conditions.map(({ type, status, reason }) => [type, `${status} ${reason}`]));
}

function message(verdict: Verdict, type: string): string {
  return findCondition(settleConditions(verdict.conditions, [], 1, 0), type)?.message ?? '';
}

function alter(type: string, change: (item: Observed) => Observed | undefined, most = Infinity) {
  return (world: World): void => {
    let left = most;
    for (const [key, item] of world) {
      if (item.type !== type || left-- <= 0) continue;
      const changed = change(item);
      if (changed) world.set(key, changed);
      else world.delete(key);
    }
  };
}

describe('status of a service', () => {
  it('is ready when every replica serves, and tells where and what', () => {
    const verdict = assess({});
    expect(told(verdict)).to.deep.equal({
      Accepted: 'True Valid', ResolvedRefs: 'True Resolved', Programmed: 'True Programmed', Available: 'True Serving', Verified: 'True SpeaksMCP', Ready: 'True Serving',
    });
    expect(verdict).to.deep.include({
      replicas: 2, readyReplicas: 2, port: 11_105, url: 'http://127.0.0.1:11105/mcp',
      serverInfo: { name: 'tiny', version: '1', protocolVersion: '2025-11-25', capabilities: ['tools', 'logging'], tools: 3 },
    });
    expect(message(verdict, 'Ready')).to.equal('2 of 2 replicas serve');
  });

  it('is blocked by what it refers to, and accepted all the same', () => {
    const verdict = assess({ desired: { blocked: { reason: 'NetworkNotFound', message: 'no such network' } } });
    expect(told(verdict)).to.deep.equal({
      Accepted: 'True Valid', ResolvedRefs: 'False NetworkNotFound', Programmed: 'False NetworkNotFound', Available: 'False NetworkNotFound',
      Verified: 'Unknown NetworkNotFound', Ready: 'False NetworkNotFound',
    });
    expect(message(verdict, 'Ready')).to.equal('no such network (0 of 2 replicas serve)');
    expect(verdict).to.not.have.any.keys('port', 'url');
  });

  it('is available and degraded while one replica of two is away', () => {
    const verdict = assess({ change: (world) => { alter('server', () => undefined, 1)(world); alter('workload', (item) => ({ ...item, phase: 'failed', message: 'crashes at start: exit 1', fields: { ...item.fields, reason: 'CrashLoop' } }), 1)(world); } });
    expect(told(verdict)).to.include({ Available: 'True Serving', Ready: 'False CrashLoop', Degraded: 'True CrashLoop' });
    expect(message(verdict, 'Ready')).to.match(/^files-[0-9a-f]{8}-1 crashes at start: exit 1 \(1 of 2 replicas serve\)$/);
    expect(verdict.readyReplicas).to.equal(1);
  });

  const phases: readonly (readonly [Observed['phase'], string])[] = [['starting', 'Starting'], ['stopped', 'ReplicaStopped'], ['failed', 'ReplicaStopped']];
  for (const [phase, reason] of phases) {
    it(`is not available while its replicas are ${phase}`, () => {
      const verdict = assess({ change: (world) => { alter('server', () => undefined)(world); alter('workload', (item) => ({ ...item, phase }))(world); } });
      expect(told(verdict)).to.include({ Available: `False ${reason}`, Ready: `False ${reason}` });
    });
  }

  it('names the health check that fails', () => {
    const verdict = assess({ change: alter('server', (item) => ({ ...item, message: 'L7STS/503', fields: { health: 'DOWN' } })) });
    expect(told(verdict)).to.include({ Available: 'False HealthCheckFailed', Ready: 'False HealthCheckFailed' });
    expect(message(verdict, 'Available')).to.match(/^files-[0-9a-f]{8}-1 fails its health check: L7STS\/503$/);
  });

  it('puts the fault that a person must mend before the one that mends itself', () => {
    const verdict = assess({
      change: alter('workload', () => undefined),
      fault: (item) => (item.type === 'workload' ? new Fault('missing', 'ImageMissing', 'no image') : item.type === 'backend' ? new Fault('transient', 'Retrying', 'hiccup') : undefined),
    });
    expect(told(verdict)).to.include({ Programmed: 'False ImageMissing', Ready: 'False ImageMissing' });
  });

  it('says how many steps are to do', () => {
    const verdict = assess({ change: alter('registration', () => undefined) });
    expect(told(verdict)).to.include({ Programmed: 'Unknown Progressing', Available: 'True Serving', Ready: 'False Progressing' });
    expect(message(verdict, 'Programmed')).to.equal('2 steps to do');
  });

  it('says what it waits for', () => {
    const verdict = assess({ change: (world) => { for (const type of ['workload', 'server', 'registration', 'backend', 'balancer']) alter(type, () => undefined)(world); } });
    expect(message(verdict, 'Ready')).to.equal('backend files needs balancer default (0 of 2 replicas serve)');
  });

  it('is ready without a replica where none is wanted', () => {
    expect(told(assess({ manifest: service('files', { replicas: 0 }) }))).to.include({ Available: 'True Serving', Verified: 'True NotProbed', Ready: 'True Serving' });
  });

  it('claims nothing about MCP where no MCP probe is asked for', () => {
    const verdict = assess({ manifest: service('files', { healthCheck: { type: 'tcp' } }), change: alter('workload', (item) => ({ ...item, fields: { address: '10.0.0.1', instance: 'i1', protocolVersion: '2025-11-25' } })) });
    expect(told(verdict)).to.include({ Verified: 'True NotProbed', Ready: 'True Serving' });
    expect(verdict).to.not.have.property('serverInfo');
  });
});

describe('status of a network', () => {
  const manifest = network();

  it('is ready when Consul and HAProxy serve', () => {
    const verdict = assess({ manifest });
    expect(told(verdict)).to.include({ Available: 'True Serving', Ready: 'True Serving' });
    expect(verdict).to.include({ replicas: 2, readyReplicas: 2 });
  });

  it('is not available while one of them starts', () => {
    const verdict = assess({ manifest, change: alter('workload', (item) => ({ ...item, phase: 'starting', message: 'does not answer yet: refused' }), 1) });
    expect(told(verdict)).to.include({ Available: 'False Progressing', Ready: 'False Progressing' });
    expect(message(verdict, 'Ready')).to.match(/^workload default-consul-[0-9a-f]{8}-1 does not answer yet: refused \(1 of 2 parts serve\)$/);
  });

  it('names a fault before progress', () => {
    const verdict = assess({ manifest, change: alter('workload', () => undefined), fault: (item) => (item.type === 'workload' ? new Fault('conflict', 'PortTaken', 'port 11090 is taken') : undefined) });
    expect(told(verdict)).to.include({ Programmed: 'False PortTaken', Ready: 'False PortTaken' });
  });

  it('is not ready while something of it is still to do', () => {
    const verdict = assess({ manifest, change: alter('balancer', (item) => ({ ...item, hash: 'ffffffffff' })) });
    expect(told(verdict)).to.include({ Available: 'True Serving', Ready: 'False Progressing' });
  });
});

describe('a service whose change rolls out', () => {
  it('counts the old replicas that still serve, and is not ready before the new ones do', () => {
    const verdict = assess({
      change: (world) => {
        for (const [key, item] of [...world]) {
          if (item.type !== 'server') continue;
          world.delete(key);
          world.set(`server/old-${item.id}`, { ...item, id: `old-${item.id}`, workload: `old-${item.id}` });
        }
      },
    });
    expect(verdict.readyReplicas).to.equal(2);
    const status = Object.fromEntries(verdict.conditions.map(({ type, status: is }) => [type, is]));
    expect(status).to.deep.include({ Available: 'True', Ready: 'False', Degraded: 'True' });
  });
});
