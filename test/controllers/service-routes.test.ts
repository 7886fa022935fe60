import { expect } from 'chai';
import { service } from '../fakes/manifests.ts';
import { first, itemsOf, only } from './context.ts';

describe('routes of a service', () => {
  const paths: readonly (readonly [string, object, string])[] = [
    ['/mcp for stdio', {}, '/mcp'],
    ['/mcp for Streamable HTTP', { transport: 'streamable-http' }, '/mcp'],
    ['/sse for HTTP+SSE', { transport: 'sse' }, '/sse'],
    ['what the manifest says', { transport: 'sse', path: '/events' }, '/events'],
  ];
  for (const [what, spec, path] of paths) {
    it(`serves at ${what}`, () => {
      expect(first(itemsOf(service('files', { ...spec })), 'backend').spec.path).to.equal(path);
    });
  }

  const checks: readonly (readonly [string, object, object, object])[] = [
    [
      'a bridge at its own health endpoint',
      {},
      { kind: 'http', path: '/health' },
      { kind: 'mcp', bridged: true, port: 8080 },
    ],
    [
      'Streamable HTTP by speaking MCP',
      { transport: 'streamable-http' },
      { kind: 'mcp', path: '/mcp' },
      { kind: 'mcp', bridged: false },
    ],
    ['HTTP+SSE by its first event', { transport: 'sse' }, { kind: 'sse', path: '/sse' }, { kind: 'sse', path: '/sse' }],
    [
      'by HTTP where asked',
      { transport: 'streamable-http', healthCheck: { type: 'http', path: '/up' } },
      { kind: 'http', path: '/up' },
      { kind: 'http', path: '/up' },
    ],
    [
      'by TCP where asked, even a bridge',
      { healthCheck: { type: 'tcp' } },
      { kind: 'tcp' },
      { kind: 'tcp', port: 8080 },
    ],
  ];
  for (const [what, spec, check, probe] of checks) {
    it(`checks ${what}`, () => {
      const items = itemsOf(service('files', { ...spec }));
      expect(first(items, 'backend').spec.check).to.include(check);
      expect(first(items, 'workload').probe).to.include(probe);
    });
  }

  it('takes the timing of checks from the manifest', () => {
    const items = itemsOf(
      service('files', {
        healthCheck: {
          interval: '1s',
          timeout: '500ms',
          failureThreshold: 5,
          successThreshold: 2,
          startupTimeout: '2m',
        },
      }),
    );
    expect(first(items, 'backend').spec.check).to.include({ intervalMs: 1_000, timeoutMs: 500, fall: 5, rise: 2 });
    expect(first(items, 'server').spec.check).to.deep.equal({ intervalMs: 1_000, fall: 5, rise: 2 });
    expect(first(items, 'workload').probe.startupTimeoutMs).to.equal(120_000);
  });

  it('has the registry ask the balancer how the replica is', () => {
    const items = itemsOf(service('files'));
    const workload = first(items, 'workload');
    expect(first(items, 'registration').spec.check).to.deep.include({
      address: { late: { type: 'network', id: 'sutazai-network' }, field: 'gateway' },
      port: 11_099,
      backend: 'files',
      instance: { late: { type: 'workload', id: workload.id }, field: 'instance' },
    });
  });

  const affinities: readonly (readonly [string, object, string])[] = [
    ['by session', {}, 'session'],
    ['by message endpoint for HTTP+SSE', { transport: 'sse' }, 'endpoint'],
    ['by address where asked', { sessionAffinity: 'ClientIP' }, 'address'],
    ['not at all where asked', { sessionAffinity: 'None' }, 'none'],
  ];
  for (const [what, spec, affinity] of affinities) {
    it(`keeps a client with its replica ${what}`, () => {
      expect(first(itemsOf(service('files', { ...spec })), 'backend').spec.affinity).to.equal(affinity);
    });
  }

  it('weighs replicas in the order of the manifest', () => {
    const items = itemsOf(
      service('files', { replicas: 3, loadBalancing: { algorithm: 'weighted', weights: [10, 0] } }),
    );
    expect(first(items, 'backend').spec.algorithm).to.equal('roundrobin');
    expect(only(items, 'server').map(({ spec }) => spec.weight)).to.deep.equal([10, 0, 100]);
  });

  it('tells Consul what it offers', () => {
    const { tags, meta } = first(
      itemsOf(service('files', { version: '1.2', capabilities: ['tools', 'resources'] })),
      'registration',
    ).spec;
    expect(tags).to.deep.equal(['mcp', 'stdio', 'tools', 'resources', 'version-1.2']);
    expect(meta).to.deep.include({
      namespace: 'default',
      transport: 'stdio',
      path: '/mcp',
      version: '1.2',
      capabilities: 'tools,resources',
    });
  });
});
