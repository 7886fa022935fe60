import { expect } from 'chai';
import { network, service } from '../fakes/manifests.ts';
import { contextFor, desire, first, itemsOf, only } from './context.ts';
import { assess, told, alter } from './scene.ts';

const here = contextFor([]).platform;
const cluster = { ...here, hostNetwork: false, cluster: {} };

describe('a network on Kubernetes', () => {
  const items = itemsOf(network(), [], { platform: cluster });
  const { spec } = first(items, 'balancer');

  it('has its HAProxys with the balancer, two of them, and only Consul as a workload of its own', () => {
    expect(only(items, 'workload').map(({ group }) => group.name)).to.deep.equal(['consul']);
    expect(spec.fleet).to.deep.include({ replicas: 2, image: 'haproxy:3.0', agentImage: 'mcpnet/bridge:1.0.0' });
    expect(spec).to.deep.include({ host: 'default-haproxy.default.svc', bindAddresses: ['0.0.0.0'] });
  });

  it('has as many as the manifest says, and a Service as it says', () => {
    const loadBalancer = { haproxy: { replicas: 3 }, service: { type: 'LoadBalancer', annotations: { a: 'b' } } };
    const { fleet } = first(itemsOf(network('default', { loadBalancer }), [], { platform: cluster }), 'balancer').spec;
    expect(fleet).to.deep.include({ replicas: 3, service: loadBalancer.service });
  });

  it('speaks to them at a port that the plan gives to nobody else', () => {
    const fleetOf = (ports: object): unknown =>
      first(itemsOf(network('default', { ports }), [], { platform: cluster }), 'balancer').spec.fleet?.agentPort;
    expect([fleetOf({}), fleetOf({ statistics: 11_098 }), fleetOf({ services: '11096-11199' })]).to.deep.equal([
      11_098, 11_097, 11_095,
    ]);
  });

  it('keeps the data of Consul in a volume, or where there are none in its Pod', () => {
    const consulOf = (storage: object): [string[], string[]] => {
      const made = itemsOf(network('default', { discovery: { consul: { storage } } }), [], { platform: cluster });
      return [
        only(made, 'volume').map(({ id }) => id),
        only(made, 'workload')[0]?.spec.mounts.map(({ target }) => target) ?? [],
      ];
    };
    expect(consulOf({})).to.deep.equal([['mcpnet-default-consul-data'], ['/consul/data']]);
    expect(consulOf({ type: 'ephemeral' })).to.deep.equal([[], []]);
  });

  it('counts the Pods of HAProxy among its parts', () => {
    const withPods = (readyReplicas: string): ReturnType<typeof assess> =>
      assess({
        manifest: network(),
        desired: desire(network(), [], { platform: cluster }),
        change: alter('balancer', (item) => ({ ...item, fields: { ...item.fields, readyReplicas } })),
      });
    expect(withPods('2')).to.include({ replicas: 3, readyReplicas: 3 });
    expect(told(withPods('1'))).to.include({ Ready: 'False Progressing' });
    // A fourth runs for a moment while they are replaced.
    expect(withPods('3')).to.include({ replicas: 3, readyReplicas: 3 });
  });
});

describe('a service on Kubernetes', () => {
  const desired = desire(service('files', { replicas: 2 }), [network()], { platform: cluster });

  it('admits the names that the DNS of the cluster has for it, besides those of the manifest', () => {
    const { access } = first(
      itemsOf(service('files', { allowedHosts: ['files.example'] }), [network()], { platform: cluster }),
      'backend',
    ).spec;
    expect(access.hosts).to.deep.equal([
      'files.example',
      'files',
      'files.default',
      'files.default.svc',
      'files.default.svc.cluster.local',
    ]);
  });

  it('has another name where all namespaces share one', () => {
    const platform = { ...cluster, cluster: { namespace: 'mcp' } };
    const [name] = first(itemsOf(service('files'), [network()], { platform }), 'backend').spec.access.hosts;
    expect(name).to.equal('files');
  });

  it('is not served while no HAProxy is', () => {
    const verdict = assess({
      desired,
      change: alter('backend', (item) => ({ ...item, phase: 'starting', message: 'no Pod of HAProxy is ready yet' })),
    });
    expect(told(verdict)).to.include({ Available: 'False Starting', Ready: 'False Starting' });
    expect(verdict.readyReplicas).to.equal(0);
  });

  it('has the address that the platform gave it', () => {
    const authority = 'files.default.svc';
    const change = alter('backend', (item) => ({ ...item, fields: { ...item.fields, authority } }));
    expect(assess({ desired, change }).url).to.equal('http://files.default.svc/mcp');
  });
});

describe('a network without Consul', () => {
  const none = network('default', { discovery: { type: 'none' } });

  for (const [where, platform] of [
    ['Docker', here],
    ['Kubernetes', cluster],
  ] as const)
    it(`runs none, and registers nothing (${where})`, () => {
      const groups = only(itemsOf(none, [], { platform }), 'workload').map(({ group }) => group.name);
      expect(groups).to.not.include('consul');
      const items = itemsOf(service('files'), [none], { platform });
      expect(only(items, 'registration')).to.deep.equal([]);
      expect(only(items, 'server')).to.have.lengthOf(1);
    });
});
