import { expect } from 'chai';
import type { App } from '../../operator/api/app.ts';
import type {
  EventView,
  HealthView,
  InstanceView,
  ListView,
  NetworkView,
  PlanView,
  ServiceView,
} from '../../operator/api/shapes.ts';
import { Harness } from '../fakes/harness.ts';
import { network, service } from '../fakes/manifests.ts';
import { appOf } from '../support/shown.ts';

describe('the API shows', () => {
  let harness: Harness;
  let app: App;
  const get = async <Shape>(url: string, expected = 200): Promise<Shape> => {
    const { statusCode, body } = await app.inject(url);
    expect(statusCode, body).to.equal(expected);
    return JSON.parse(body) as Shape;
  };
  const names = async (query: string): Promise<string[]> =>
    (await get<ListView<ServiceView>>(`/api/v1/services${query}`)).items.map(({ name }) => name);

  beforeEach(async () => {
    const files = service('files', { replicas: 2 });
    harness = await Harness.settled(
      { ...files, metadata: { name: 'files', labels: { team: 'platform', tier: 'front' } } },
      service('memory'),
      service('notes', { networkRef: { name: 'second' } }, 'other'),
      network('second', { ports: { services: '12100-12199' } }, 'other'),
    );
    app = appOf(harness.operator);
    await app.ready();
  });

  it('every service with its state, its replicas and the last change', async () => {
    const found = await get<ServiceView>('/api/v1/services/default/files');
    expect(found).to.include({
      key: 'MCPService/default/files',
      network: 'default',
      transport: 'stdio',
      ready: 'True',
      reason: 'Serving',
      message: '2 of 2 replicas serve',
      replicas: 2,
      readyReplicas: 2,
      revision: 1,
      port: 11100,
      url: 'http://127.0.0.1:11100/mcp',
    });
    expect(found.labels).to.deep.equal({ team: 'platform', tier: 'front' });
    expect(found.instances.map(({ phase, route, registered }) => ({ phase, route, registered }))).to.deep.equal([
      { phase: 'ready', route: 'open', registered: true },
      { phase: 'ready', route: 'open', registered: true },
    ]);
    expect(found.lastChange?.reason).to.match(/^(Created|Updated|Started)/);
    expect(found).not.to.have.property('traffic');
    expect((await get<{ error: string }>('/api/v1/services/default/none', 404)).error).to.include('none');
  });

  it('those services that are asked for', async () => {
    expect(await names('')).to.deep.equal(['files', 'memory', 'notes']);
    expect(await names('?namespace=other')).to.deep.equal(['notes']);
    expect(await names('?selector=team=platform,tier')).to.deep.equal(['files']);
    expect(await names('?selector=team=other')).to.deep.equal([]);
    expect(await names(`?selector=${encodeURIComponent('team in (platform,apps),!constructor')}`)).to.deep.equal([
      'files',
    ]);
    expect((await get<{ error: string }>('/api/v1/services?selector=team+in+a', 400)).error).to.include('"team in a"');
    expect(await names('?ready=False')).to.deep.equal([]);
    expect(await names('?network=none')).to.deep.equal([]);
  });

  it('why a service is not ready, also one whose manifest was never valid', async () => {
    harness.source.set(network(), service('files', { replicas: 2 }), service('broken', { replicas: 'two' }));
    await harness.pass(1_000);
    const broken = await get<ServiceView>('/api/v1/services/default/broken');
    expect(broken).to.include({ ready: 'False', reason: 'InvalidManifest' }).and.not.have.property('transport');
    const health = await get<HealthView>('/health', 503);
    expect(health.status).to.equal('degraded');
    expect(health.unready['MCPService/default/broken']).to.include('spec.replicas');
    expect(health.parts.find(({ name }) => name === 'manifests')).to.include({ ok: false });
  });

  it('networks with their parts', async () => {
    const { items } = await get<ListView<NetworkView>>('/api/v1/networks');
    expect(items.map(({ key, services }) => [key, services])).to.deep.equal([
      ['MCPNetwork/default/default', ['files', 'memory']],
      ['MCPNetwork/other/second', ['notes']],
    ]);
    expect(items[0]).to.deep.include({
      ready: 'True',
      frontend: { name: 'sutazai-network', exists: true },
      internal: { name: 'mcp-internal', exists: true },
      consul: { managed: true, address: 'http://127.0.0.1:11090', ok: true },
      haproxy: { exposure: 'auto', ok: true, statistics: 'http://127.0.0.1:11099/stats' },
      ports: {
        bindAddress: '127.0.0.1',
        services: '11100-11199',
        discovery: 11090,
        dashboard: 11091,
        statistics: 11099,
      },
    });
    expect(items[0]?.instances.map(({ role }) => role).sort()).to.deep.equal(['consul', 'haproxy']);
    expect(await get<NetworkView>('/api/v1/networks/other/second')).to.deep.equal(items[1]);
    await get('/api/v1/networks/other/none', 404);
  });

  it('every instance, of services and of the infrastructure', async () => {
    const { items } = await get<ListView<InstanceView>>('/api/v1/instances');
    expect(items.map(({ role }) => role).sort()).to.deep.equal([
      ...['consul', 'consul', 'haproxy', 'haproxy'],
      ...['replicas', 'replicas', 'replicas', 'replicas'],
    ]);
    const owner = 'MCPService/default/files';
    const mine = (await get<ListView<InstanceView>>(`/api/v1/instances?owner=${owner}`)).items;
    expect(mine).to.deep.equal((await get<ServiceView>('/api/v1/services/default/files')).instances);
    expect(await get<InstanceView>(`/api/v1/instances/${mine[0]?.id}`)).to.deep.equal(mine[0]);
    await get('/api/v1/instances/none', 404);
  });

  it('what happened, newest first', async () => {
    harness.operator.events.record('MCPService/default/files', 'Warning', 'One', 'a');
    await harness.pass(10);
    harness.operator.events.record('MCPService/other/notes', 'Normal', 'Two', 'b');
    await harness.pass(10);
    harness.operator.events.record('MCPService/default/files', 'Warning', 'One', 'a');
    const reasons = async (query: string): Promise<string[]> =>
      (await get<ListView<EventView>>(`/api/v1/events${query}`)).items.map(({ reason, count }) => `${reason} ${count}`);
    expect(await reasons('?limit=2')).to.deep.equal(['One 2', 'Two 1']);
    expect(await reasons('?limit=1&namespace=other')).to.deep.equal(['Two 1']);
    expect(await reasons('?type=Warning'))
      .to.include('One 2')
      .and.not.include('Two 1');
    expect((await reasons('?key=MCPService/default/files'))[0]).to.equal('One 2');
    await get('/api/v1/events?limit=0', 400);
  });

  it('what would be done now', async () => {
    expect((await get<PlanView>('/api/v1/plan')).steps).to.deep.equal([]);
    harness.source.set(service('memory', { replicas: 2 }));
    let plan = await get<PlanView>('/api/v1/plan');
    for (let passedMs = 0; plan.steps.length === 0 && passedMs < 5_000; passedMs += 10) {
      await harness.pass(10);
      plan = await get<PlanView>('/api/v1/plan');
    }
    const { steps, text } = plan;
    expect(steps.map(({ key }) => key)).to.include('MCPService/default/memory');
    for (const { verb, item, cause } of steps) {
      expect(verb).to.equal('wait');
      expect(item).to.match(/^(workload|server|registration)\//);
      expect(cause).not.to.equal('');
    }
    expect(text).to.include('service/memory');
  });

  it('that all is well', async () => {
    const health = await get<HealthView>('/health');
    expect(health.services).to.deep.equal({ ready: 3, total: 3 });
    expect(health.parts.map(({ name, ok }) => [name, ok])).to.deep.equal([
      ['engine', true],
      ['consul/default', true],
      ['haproxy/default', true],
      ['consul/other.second', true],
      ['haproxy/other.second', true],
      ['manifests', true],
      ['state', true],
    ]);
  });
});
