import { expect } from 'chai';
import { serviceRevisions } from '../../controllers/mcpservice/revisions.ts';
import type { DesireContext } from '../../operator/core/kind.ts';
import type { MCPService } from '../../schemas/types.ts';
import { network, resourceOf, service } from '../fakes/manifests.ts';
import { contextFor, desire, first, itemsOf, only } from './context.ts';

const remote: Partial<DesireContext> = {
  platform: {
    ...contextFor([]).platform,
    hostNetwork: false,
    remote: { host: 'engine.example', token: 'secret' },
  },
};

describe('settings of a service', () => {
  it('limit what its listener and its servers take, where they are set', () => {
    const items = itemsOf(
      service('files', {
        limits: {
          maxConnections: 100,
          maxRequests: 10,
          queueTimeout: '3s',
          rateLimit: { requests: 50, period: '1m' },
        },
      }),
    );
    expect(first(items, 'backend').spec.limits).to.deep.equal({
      maxConnections: 100,
      queueTimeoutMs: 3_000,
      rate: { requests: 50, periodMs: 60_000 },
    });
    expect(first(items, 'server').spec.maxRequests).to.equal(10);
    const free = itemsOf(service('files'));
    expect(first(free, 'server').spec).to.not.have.property('maxRequests');
  });

  it('rewrite the name that its server is called by, where asked', () => {
    const rewritten = itemsOf(service('web', { transport: 'streamable-http', hostHeader: 'rewrite', mcpPort: 9000 }));
    expect(first(rewritten, 'backend').spec.hostHeader).to.equal('localhost:9000');
    expect(
      first(itemsOf(service('web', { transport: 'streamable-http', hostHeader: 'preserve' })), 'backend').spec,
    ).to.not.have.property('hostHeader');
  });

  it('name the processors, the program and the requests of the bridge, where they are set', () => {
    const { spec } = first(
      itemsOf(
        service('files', {
          command: ['/bin/x'],
          args: ['-v'],
          resources: { cpus: '500m' },
          stdio: { isolation: 'shared', maxRequests: 4 },
        }),
      ),
      'workload',
    );
    expect(spec).to.deep.include({ command: ['/bin/x'], args: ['-v'], cpus: 0.5 });
    expect(spec.bridge).to.deep.include({ maxRequests: 4, maxSessions: 1000 });
  });

  it('name each volume by its name or by its place on the host', () => {
    const volumes = [
      { name: 'cache', mountPath: '/a' },
      { hostPath: '/srv', mountPath: '/b' },
    ];
    expect(
      first(itemsOf(service('files', { volumes })), 'workload').spec.mounts.map(({ kind, source }) => [kind, source]),
    ).to.deep.equal([
      ['volume', 'cache'],
      ['host', '/srv'],
    ]);
  });

  it('are no part of a revision, nor taken back with one', () => {
    const { spec } = resourceOf<MCPService['spec']>(
      service('files', { replicas: 3, loadBalancing: { algorithm: 'weighted', weights: [1, 2] } }),
    );
    const content = serviceRevisions.contentOf(spec);
    expect(content).to.not.have.any.keys('replicas', 'rollout');
    expect(content).to.have.deep.property('loadBalancing', { algorithm: 'weighted' });
    const now = resourceOf<MCPService['spec']>(service('files', { replicas: 5, image: 'tiny:2' })).spec;
    expect(serviceRevisions.withContent(now, content)).to.deep.equal({
      ...spec,
      replicas: 5,
      rollout: now.rollout,
      loadBalancing: { algorithm: 'weighted' },
    });
    expect(serviceRevisions.withContent(spec, content)).to.deep.equal(spec);
  });

  it('block a canary whose stable revision lacks a secret', () => {
    const stable = service('files', {
      envFrom: [{ secretRef: { name: 'gitlab' } }],
      rollout: { canary: { weight: 10 } },
    });
    const desired = desire(service('files', { rollout: { canary: { weight: 10 } } }), [network()], {
      rollout: () => ({ drained: [], stable: resourceOf(stable) }),
    });
    expect('blocked' in desired && desired.blocked.reason).to.equal('SecretMissing');
  });

  it('leave the numbers of drained replicas to nobody', () => {
    const [one, two] = only(itemsOf(service('files', { replicas: 2 })), 'workload').map(({ id }) => id);
    const items = itemsOf(service('files', { replicas: 2 }), [network()], {
      rollout: () => ({ drained: [one ?? ''] }),
    });
    expect(only(items, 'workload').map(({ id }) => id)).to.deep.equal([two, two?.replace(/2$/, '3')]);
  });
});

describe('a service on an engine of another machine', () => {
  const items = itemsOf(service('files'), [network()], remote);

  it('is probed through the gateway, and its sessions are not counted', () => {
    expect(first(items, 'workload').probe.gateway).to.deep.equal({
      url: 'http://engine.example:11099',
      token: 'secret',
    });
    expect(first(items, 'server').spec.countsSessions).to.equal(false);
  });

  it('is checked by the registry at the container of the balancer', () => {
    const haproxy = only(itemsOf(network(), [], remote), 'workload')[1];
    expect(first(items, 'registration').spec.check.address).to.deep.equal({
      late: { type: 'workload', id: haproxy?.id },
      field: 'address',
    });
  });

  it('has a balancer whose files are copied, that root owns, and that opens the gateway', () => {
    const [consul, haproxy] = only(itemsOf(network(), [], remote), 'workload');
    expect(haproxy?.spec).to.deep.include({ user: '0:0' });
    expect(haproxy?.spec.mounts[0]).to.include({ kind: 'copy' });
    for (const workload of [consul, haproxy]) expect(workload?.probe).to.include({ address: 'engine.example' });
    expect(first(itemsOf(network(), [], remote), 'balancer').spec).to.include({
      gatewayToken: 'secret',
      host: 'engine.example',
    });
  });
});

describe('a network that is open to other machines', () => {
  const open = network('default', { ports: { bindAddress: '0.0.0.0' } });

  it('is bound everywhere, and reached on loopback', () => {
    expect(first(itemsOf(open), 'balancer').spec).to.deep.include({ bindAddresses: ['0.0.0.0'], host: '127.0.0.1' });
  });

  it('is reached at the address that it is bound to, where that is one', () => {
    const bound = network('default', { ports: { bindAddress: '192.0.2.7' } });
    expect(first(itemsOf(bound), 'balancer').spec.host).to.equal('192.0.2.7');
  });

  it('needs no Consul of its own where an external one is told', () => {
    const external = network('default', {
      discovery: { consul: { managed: false, address: 'https://c.example:8501' } },
    });
    const items = itemsOf(service('files'), [external]);
    expect(first(items, 'registration').needs).to.deep.equal([{ type: 'workload', id: first(items, 'workload').id }]);
  });

  it('names the volume of the bridge by the tag of its image', () => {
    const { platform } = contextFor([]);
    const volumes = (bridgeImage: string): string[] =>
      only(itemsOf(network(), [], { platform: { ...platform, bridgeImage } }), 'volume').map(({ id }) => id);
    expect(volumes('registry.example/bridge:2.0')).to.include('mcpnet-bridge-2.0');
  });
});
