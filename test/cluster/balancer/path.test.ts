import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { eventually } from '../../support/eventually.ts';
import { ask } from '../../support/http.ts';
import { network, tiny, tinyImage, type Manifest } from '../../support/manifests.ts';
import { closeClients, connect } from '../../support/mcp-clients.ts';
import { endTraffic, Traffic } from '../../support/traffic.ts';
import { ApiProxy } from '../source/api-proxy.ts';
import { haproxyImage, useOperator } from './operator-world.ts';

const consulImage = 'mcpnet/consul:1.8.7';
const port = 11_150;

describe('services of a cluster, through HAProxy in Pods', function () {
  this.timeout(240_000);
  const world = useOperator([tinyImage, consulImage]);
  const { cluster } = world;
  const echo = (level: string, replicas = 2): Manifest =>
    tiny('echo', { port, replicas, env: [{ name: 'LEVEL', value: level }] });
  let url: URL;
  let proxy: ApiProxy;

  before('run them', async () => {
    proxy = new ApiProxy(cluster.kubeconfig);
    await proxy.open();
    await world.write(
      'network.yaml',
      network({
        discovery: { consul: { image: consulImage, storage: { type: 'ephemeral' } } },
        loadBalancer: { haproxy: { image: haproxyImage } },
      }),
    );
    await world.write('echo.yaml', echo('one'));
    await world.start();
    await world.ready('MCPNetwork', 'default');
    await world.ready('MCPService', 'echo');
    url = new URL(`http://${await world.addressOf('echo')}/mcp`);
  });
  after('end the operator before its way to the API server', async () => {
    await world.operator.end('SIGKILL');
    await proxy.close();
  });
  afterEach(async () => {
    await endTraffic();
    await closeClients();
  });

  it('answer at a Service of their name, which the status tells, and refuse names that are none of theirs', async () => {
    const host = `echo.${cluster.namespace}.svc`;
    expect((await world.told('MCPService', 'echo')).status.address?.url).to.equal(`http://${host}/mcp`);
    const initialize = (name: string): ReturnType<typeof ask> =>
      ask(url.href, {
        method: 'POST',
        headers: { host: name, 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
        body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' }),
      });
    for (const name of [host, 'echo', `${host}.cluster.local`])
      expect((await initialize(name)).status).to.not.equal(403);
    expect((await initialize('rebound.example')).status).to.equal(403);
  });

  it('answer a session in whichever Pod of HAProxy it is asked', async () => {
    const pods = await world.haproxyPods();
    expect(pods).to.have.lengthOf(2);
    const session = await connect(url);
    const server = await session.call('whoami');
    for (const { address } of pods) {
      const answer = await ask(`http://${address}:${port}/mcp`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          accept: 'application/json, text/event-stream',
          'mcp-session-id': session.sessionId,
        },
        body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'whoami' } }),
      });
      expect(answer.body).to.include(server);
    }
    await session.end();
  });

  it('are registered in a Consul of the cluster by the addresses of their Pods, as healthy as HAProxy finds them', async () => {
    const consul = `http://${await world.addressOf('default-consul')}:11090/v1/health/service/echo?passing`;
    const pods = await cluster.kubectl([
      'get',
      'pods',
      '-l',
      'mcpnet.io/name=echo',
      '-o',
      'jsonpath={.items[*].status.podIP}',
    ]);
    await eventually(
      async () => {
        const found = JSON.parse((await ask(consul)).body) as { Service: { Address: string } }[];
        expect(found.map(({ Service }) => Service.Address)).to.have.members(pods.split(' '));
      },
      { timeoutMs: 30_000 },
    );
  });

  it('lose no request and no session while Pods of HAProxy go, a revision rolls out, and HAProxy itself is rolled out', async function () {
    if (process.env['MCPNET_LOAD'] === undefined) {
      console.log('      skipped: fails now and then on a busy machine; MCPNET_LOAD=full npm run test:cluster runs it');
      this.skip();
    }
    const traffic = new Traffic(url, { sessions: 4, raw: 4 });
    const before = await world.haproxyPods();
    await cluster.kubectl(['delete', 'pod', before[0]?.name ?? '', '--wait=false']);
    await settled(before[0]?.name);
    await world.write('echo.yaml', echo('two'));
    await eventually(
      async () => {
        const pods = await cluster.kubectl([
          'get',
          'pods',
          '-l',
          'mcpnet.io/name=echo',
          '-o',
          'jsonpath={.items[*].spec.containers[0].env[0].value}',
        ]);
        expect(pods).to.equal('two two');
      },
      { timeoutMs: 110_000 },
    );
    await cluster.kubectl(['rollout', 'restart', 'deployment/default-haproxy']);
    await settled(before[1]?.name);
    const asked = traffic.requests;
    await eventually(() => traffic.requests > asked + 50);
    const { failures, requests, sessions } = await traffic.end();
    console.log(`      ${requests} requests in ${sessions} sessions of the SDK and those without it`);
    expect(failures.slice(0, 5), `${failures.length} failures`).to.deep.equal([]);
  });

  /** Two Pods are ready and stay, and that one is not among them. */
  async function settled(gone: string | undefined): Promise<void> {
    await eventually(
      async () => {
        const names = (await world.haproxyPods()).map(({ name }) => name);
        expect(names).to.have.lengthOf(2).and.not.include(gone);
        expect(
          await cluster.kubectl([
            'get',
            'deployment',
            'default-haproxy',
            '-o',
            'jsonpath={.status.updatedReplicas}/{.status.readyReplicas}',
          ]),
        ).to.equal('2/2');
      },
      { timeoutMs: 60_000 },
    );
  }

  it('are served on without the operator, by Pods too that begin meanwhile; it then finds nothing to do', async () => {
    await world.ready('MCPService', 'echo');
    await world.ready('MCPNetwork', 'default');
    await world.operator.end('SIGKILL');
    const session = await connect(url);
    const [gone] = await world.haproxyPods();
    await cluster.kubectl(['delete', 'pod', gone?.name ?? '', '--wait=false']);
    await settled(gone?.name);
    const answer = await session.call('echo', { text: 'still here' });
    expect(answer).to.include('still here');
    for (const { address } of await world.haproxyPods()) {
      const { status } = await ask(`http://${address}:${port}/health`);
      expect(status).to.equal(200);
    }
    const operator = await world.start(await proxy.kubeconfig());
    await world.ready('MCPService', 'echo');
    await world.ready('MCPNetwork', 'default');
    expect(operator.changes).to.deep.equal([]);
    await eventually(() => operator.log.some(({ message }) => message === 'everything is ready'), {
      timeoutMs: 60_000,
    });
    const before = proxy.requests.length;
    // Several looks at HAProxy, which come every two seconds.
    await delay(7_000);
    const asked = proxy.requests.slice(before).filter((each) => !/watch=true|\/leases\//.test(each));
    expect(asked, 'asked of the API server while nothing is to do').to.deep.equal([]);
    expect(await session.call('echo', { text: 'and here' })).to.include('and here');
    await session.end();
  });

  it('are found by their Services alone where the network has no Consul', async () => {
    await world.write(
      'network.yaml',
      network({ discovery: { type: 'none' }, loadBalancer: { haproxy: { image: haproxyImage } } }),
    );
    await eventually(
      async () => expect((await cluster.outcome(['get', 'service', 'default-consul'])).code).to.not.equal(0),
      { timeoutMs: 30_000 },
    );
    await world.ready('MCPService', 'echo');
    await world.ready('MCPNetwork', 'default');
    const deployments = ['get', 'deployments', '-l', 'mcpnet.io/role=consul', '-o', 'name'];
    await eventually(async () => expect((await cluster.kubectl(deployments)).trim()).to.equal(''), {
      timeoutMs: 60_000,
    });
    expect((await ask(url.href.replace('/mcp', '/health'))).status).to.equal(200);
  });
});
