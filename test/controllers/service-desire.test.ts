import { expect } from 'chai';
import { itemKey } from '../../operator/core/item.ts';
import { network, resourceOf, service } from '../fakes/manifests.ts';
import { first, itemsOf, kindOf, only } from './context.ts';

describe('desire of a service', () => {
  it('is a listener, and for each replica a container, its place in the listener and its registration', () => {
    const items = itemsOf(service('files', { replicas: 2 }));
    expect(items.map(({ type }) => type)).to.deep.equal([
      'backend',
      'workload',
      'server',
      'registration',
      'workload',
      'server',
      'registration',
    ]);
    const [one, two] = only(items, 'workload');
    expect(one?.id).to.match(/^files-[0-9a-f]{8}-1$/);
    expect(two?.id).to.equal(one?.id.replace(/1$/, '2'));
    expect(only(items, 'server').map(({ id, workload }) => [id, workload])).to.deep.equal([
      [one?.id, one?.id],
      [two?.id, two?.id],
    ]);
    expect(new Set(items.map(({ owner }) => owner))).to.deep.equal(new Set(['MCPService/default/files']));
  });

  it('has names that no upgrade may change: a new name is a new container', () => {
    expect(first(itemsOf(service('files')), 'workload').id).to.equal('files-37469e7d-1');
    expect(
      first(
        itemsOf(
          service('web', {
            transport: 'streamable-http',
            env: [{ name: 'A', value: '1' }],
            resources: { cpus: '500m' },
          }),
        ),
        'workload',
      ).id,
    ).to.equal('web-a4c1b081-1');
  });

  it('is only the listener where no replica is wanted', () => {
    expect(itemsOf(service('files', { replicas: 0 })).map(itemKey)).to.deep.equal(['backend/files']);
  });

  it('lets everything wait for what it cannot do without', () => {
    const items = itemsOf(service('files'));
    const workload = first(items, 'workload');
    expect(workload.needs.map(itemKey)).to.deep.equal(['network/mcp-internal', 'volume/mcpnet-bridge-1.0.0']);
    expect(first(items, 'backend').needs.map(itemKey)).to.deep.equal(['balancer/default']);
    expect(first(items, 'server').needs.map(itemKey)).to.deep.equal(['backend/files', `workload/${workload.id}`]);
    const registry = first(itemsOf(network()), 'workload');
    expect(first(items, 'registration').needs.map(itemKey)).to.deep.equal([
      `workload/${registry.id}`,
      `workload/${workload.id}`,
    ]);
  });

  it('takes the address and the name of a server from the running container', () => {
    const items = itemsOf(service('files'));
    const late = { type: 'workload', id: first(items, 'workload').id };
    expect(first(items, 'server').spec).to.deep.include({
      address: { late, field: 'address' },
      instance: { late, field: 'instance' },
    });
    expect(first(items, 'registration').spec).to.deep.include({ address: { late, field: 'address' } });
    expect(first(items, 'registration').spec.meta).to.deep.include({
      protocol: { late, field: 'protocolVersion' },
      port: '11105',
    });
  });

  it('puts a bridge in front of a stdio server, and of no other', () => {
    expect(
      first(
        itemsOf(service('files', { stdio: { isolation: 'shared', maxSessions: 5, idleTimeout: '1m' }, mcpPort: 9000 })),
        'workload',
      ).spec.bridge,
    ).to.deep.equal({
      volume: 'mcpnet-bridge-1.0.0',
      port: 9000,
      path: '/mcp',
      isolation: 'shared',
      maxSessions: 5,
      idleTimeoutMs: 60_000,
    });
    expect(first(itemsOf(service('web', { transport: 'streamable-http' })), 'workload').spec).to.not.have.property(
      'bridge',
    );
  });

  it('resolves host paths from the place of the manifest and leaves named volumes alone', () => {
    const volumes = [
      { hostPath: './data', mountPath: '/a', readOnly: true },
      { hostPath: '/srv', mountPath: '/b' },
      { name: 'cache', mountPath: '/c' },
    ];
    expect(first(itemsOf(service('files', { volumes })), 'workload').spec.mounts).to.deep.equal([
      { kind: 'host', source: '/manifests/data', target: '/a', readOnly: true },
      { kind: 'host', source: '/srv', target: '/b', readOnly: false },
      { kind: 'volume', source: 'cache', target: '/c', readOnly: false },
    ]);
  });

  it('reaches the internal network only, unless egress is open', () => {
    expect(first(itemsOf(service('files')), 'workload').spec.networks).to.deep.equal(['mcp-internal']);
    const open = first(itemsOf(service('files', { egress: 'open' })), 'workload');
    expect(open.spec.networks).to.deep.equal(['mcp-internal', 'sutazai-network']);
    expect(open.needs.map(itemKey)).to.include('network/sutazai-network');
  });

  it('hands secrets over by name and digest; single keys win over whole secrets and these over literals', () => {
    const spec = {
      env: [
        { name: 'user', value: 'plain' },
        { name: 'A', value: '1' },
      ],
      envFrom: [{ secretRef: { name: 'github' } }],
      secrets: [{ name: 'github', key: 'token', targetEnvName: 'user' }],
    };
    expect(first(itemsOf(service('files', spec)), 'workload').spec.env).to.deep.equal([
      { name: 'user', secret: 'github', key: 'token', digest: 'd1' },
      { name: 'A', value: '1' },
      { name: 'token', secret: 'github', key: 'token', digest: 'd1' },
    ]);
  });

  it('stays in its namespace', () => {
    const items = itemsOf(service('files', {}, 'team'), [
      network(),
      network('default', { networks: { internal: { name: 'team-net' } } }, 'team'),
    ]);
    expect(first(items, 'workload').id).to.match(/^team\.files-/);
    expect(first(items, 'backend')).to.deep.include({ id: 'team.files' });
    expect(first(items, 'backend').spec.balancer).to.equal('team.default');
    expect(first(items, 'workload').spec.networks).to.deep.equal(['team-net']);
  });

  it("asks for a port of its network's range, without those that the network needs itself", () => {
    const [manifest, other] = [
      service('files', { port: 11_107 }),
      network('default', { ports: { services: '11100-11110', discovery: 11_101 } }),
    ];
    expect(kindOf(manifest).portClaim?.(resourceOf(manifest), () => resourceOf(other))).to.deep.equal({
      network: 'MCPNetwork/default/default',
      declared: 11_107,
      range: { first: 11_100, last: 11_110 },
      reserved: [11_101, 11_091, 11_099],
    });
    expect(kindOf(manifest).portClaim?.(resourceOf(manifest), () => undefined)).to.equal(undefined);
    expect(kindOf(manifest).dependsOn(resourceOf(manifest))).to.deep.equal(['MCPNetwork/default/default']);
  });
});
