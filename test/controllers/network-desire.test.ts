import { expect } from 'chai';
import { itemKey } from '../../operator/core/item.ts';
import { network } from '../fakes/manifests.ts';
import { desire, first, itemsOf, only } from './context.ts';

describe('desire of a network', () => {
  const items = itemsOf(network());
  const [consul, haproxy] = only(items, 'workload');

  it("is two networks, the bridge's volume, Consul with its data and HAProxy with its settings", () => {
    expect(items.map(({ type }) => type)).to.deep.equal([
      'network',
      'network',
      'volume',
      'volume',
      'workload',
      'balancer',
      'workload',
    ]);
    expect(only(items, 'network').map(({ spec }) => spec)).to.deep.equal([
      { name: 'sutazai-network', internal: false, adopt: true },
      { name: 'mcp-internal', internal: true, adopt: false },
    ]);
    expect(only(items, 'volume').map(({ id }) => id)).to.deep.equal([
      'mcpnet-bridge-1.0.0',
      'mcpnet-default-consul-data',
    ]);
  });

  it('has names that no upgrade may change: a new name is a new container', () => {
    expect([consul?.id, haproxy?.id]).to.deep.equal(['default-consul-767e18f4-1', 'default-haproxy-03d76be7-1']);
  });

  it('runs one Consul and one HAProxy, never two at once: they hold host ports', () => {
    for (const workload of [consul, haproxy])
      expect(workload?.group).to.deep.include({ replicas: 1, maxSurge: 0, exclusive: true });
  });

  it('starts HAProxy once its file is written and its networks are there', () => {
    expect(haproxy?.needs.map(itemKey)).to.deep.equal([
      'balancer/default',
      'network/sutazai-network',
      'network/mcp-internal',
    ]);
    expect(consul?.needs.map(itemKey)).to.deep.equal([
      'network/sutazai-network',
      'network/mcp-internal',
      'volume/mcpnet-default-consul-data',
    ]);
  });

  it("binds on a local engine to the host's address and to the gateway that containers reach", () => {
    expect(first(items, 'balancer').spec.bindAddresses).to.deep.equal([
      '127.0.0.1',
      { late: { type: 'network', id: 'sutazai-network' }, field: 'gateway' },
    ]);
    expect(haproxy?.spec).to.deep.include({ hostNetwork: true, networks: [], publish: [], user: '1000:1000' });
    expect(haproxy?.probe).to.deep.include({ kind: 'http', port: 11_099, path: '/health', address: '127.0.0.1' });
  });

  it("publishes every port where the host's network is not ours", () => {
    const published = only(
      itemsOf(
        network('default', {
          ports: { services: '11100-11102' },
          loadBalancer: { haproxy: { exposure: 'published' } },
        }),
      ),
      'workload',
    )[1];
    expect(
      published?.spec.publish.map(({ address, hostPort, containerPort }) => [address, hostPort, containerPort]),
    ).to.deep.equal([11_100, 11_101, 11_102, 11_099].map((port) => ['127.0.0.1', port, port]));
    expect(published?.spec).to.deep.include({ hostNetwork: false, networks: ['sutazai-network', 'mcp-internal'] });
    expect(published?.probe).to.deep.include({ kind: 'http', address: '127.0.0.1', port: 11_099 });
  });

  it('decides by the platform when told to', () => {
    const remote = {
      platform: { hostNetwork: false, operatorUser: '0:0', stateDirectory: '/state', bridgeImage: 'b:1' },
    };
    expect(only(itemsOf(network(), [], remote), 'workload')[1]?.spec.hostNetwork).to.equal(false);
    expect(first(itemsOf(network(), [], remote), 'balancer').spec.bindAddresses).to.deep.equal(['0.0.0.0']);
    expect(
      only(itemsOf(network('default', { loadBalancer: { haproxy: { exposure: 'host' } } }), [], remote), 'workload')[1]
        ?.spec.hostNetwork,
    ).to.equal(true);
  });

  it('runs no Consul beside an external one', () => {
    const external = itemsOf(
      network('default', { discovery: { consul: { managed: false, address: 'https://consul.example:8501' } } }),
    );
    expect(only(external, 'workload').map(({ group }) => group.name)).to.deep.equal(['haproxy']);
    expect(only(external, 'volume').map(({ id }) => id)).to.deep.equal(['mcpnet-bridge-1.0.0']);
  });

  it('prefers the official images and falls back to our own, unless the manifest names one', () => {
    expect([consul?.spec.images, haproxy?.spec.images]).to.deep.equal([
      ['hashicorp/consul:1.20', 'mcpnet/consul:1.8.7'],
      ['haproxy:3.0', 'mcpnet/haproxy:3.0'],
    ]);
    const named = itemsOf(
      network('default', { discovery: { consul: { image: 'c:1' } }, loadBalancer: { haproxy: { image: 'h:1' } } }),
    );
    expect(only(named, 'workload').map(({ spec }) => spec.images)).to.deep.equal([['c:1'], ['h:1']]);
  });

  it('changes time-outs without replacing HAProxy', () => {
    const slow = itemsOf(network('default', { loadBalancer: { haproxy: { timeouts: { server: '5m' } } } }));
    expect(only(slow, 'workload').map(({ id }) => id)).to.deep.equal([consul?.id, haproxy?.id]);
    expect(first(slow, 'balancer').spec.timeoutsMs.server).to.equal(300_000);
    expect(first(slow, 'balancer').hash).to.not.equal(first(items, 'balancer').hash);
  });

  it('keeps networks of the same name in other namespaces apart', () => {
    const team = itemsOf(network('default', {}, 'team'));
    expect(first(team, 'balancer').id).to.equal('team.default');
    expect(only(team, 'volume').map(({ id }) => id)).to.include('mcpnet-team.default-consul-data');
    expect(only(team, 'workload')[1]?.spec.mounts[0]?.source).to.equal('/state/haproxy/team.default');
  });

  it('is blocked when its range ends before it begins', () => {
    expect(desire(network('default', { ports: { services: '11199-11100' } }))).to.deep.equal({
      blocked: {
        reason: 'InvalidPortRange',
        message: 'files.yaml:1 spec.ports.services "11199-11100" ends before it begins',
      },
    });
  });
});
