import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { ConsulView } from '../support/consul.ts';
import { docker, execIn, runContainer, testLabel } from '../support/docker.ts';
import { eventually } from '../support/eventually.ts';
import { askJson, statusAt } from '../support/http.ts';
import { tiny, tinyImage } from '../support/manifests.ts';
import { connect } from '../support/mcp-clients.ts';
import { conditionOf } from '../support/test-network.ts';
import { useTestNetwork } from '../support/use-test-network.ts';

for (const exposure of ['host', 'published'] as const) {
  describe(`a balancer with exposure ${exposure}`, function () {
    this.timeout(90_000);
    const net = useTestNetwork({ servicePorts: 10, spec: { loadBalancer: { haproxy: { exposure } } } });

    /** A published balancer stands in the frontend network itself. */
    async function balancerAddress(): Promise<string> {
      const { NetworkSettings } = await (await net.container('default', 'MCPNetwork', 'haproxy')).inspect();
      return NetworkSettings.Networks[net.frontend]?.IPAddress ?? '';
    }

    before('serve', async () => {
      await net.write('first.yaml', tiny('first', { port: net.port(0), replicas: 2 }));
      await net.start();
      await net.ready('first');
    });

    it('serves at the port of the plan, and shows its statistics', async () => {
      expect(await statusAt(net.healthUrl(0))).to.equal(200);
      const session = await connect(net.url(0));
      expect(await session.call('echo', { text: exposure })).to.equal(exposure);
      expect((await net.haproxy.servers('first')).map(({ status }) => status)).to.deep.equal(['UP', 'UP']);
    });

    it('serves a service that comes later', async () => {
      await net.write('second.yaml', tiny('second', { port: net.port(9) }));
      await net.ready('second');
      expect(await (await connect(net.url(9))).call('echo', { text: 'later' })).to.equal('later');
    });

    it('serves the containers of the frontend network', async () => {
      const name = `${net.scope}-neighbour`;
      const neighbour = await runContainer({ name, scope: net.scope, image: tinyImage, network: net.frontend });
      const { Networks } = (await neighbour.inspect()).NetworkSettings;
      // On the host's network the balancer listens at the gateway, which is the host.
      const host = exposure === 'host' ? (Networks[net.frontend]?.Gateway ?? '') : await balancerAddress();
      const script = `fetch('http://${host}:${net.port(0)}/health').then((r) => console.log(r.status), (e) => console.log(e.cause))`;
      expect((await execIn(neighbour, ['node', '-e', script])).text).to.equal('200');
    });

    it(`has ${exposure === 'host' ? "the host's network and publishes nothing" : 'the two networks and publishes the range'}`, async () => {
      const { HostConfig, NetworkSettings } = await (await net.container('default', 'MCPNetwork', 'haproxy')).inspect();
      const published = Object.keys((HostConfig.PortBindings ?? {}) as object).length;
      if (exposure === 'host') expect([HostConfig.NetworkMode, published]).to.deep.equal(['host', 0]);
      else {
        expect(Object.keys(NetworkSettings.Networks)).to.have.members([net.frontend, net.internal]);
        expect(published).to.equal(11);
      }
    });
  });
}

describe("a Consul of somebody else's, with access control", function () {
  this.timeout(90_000);
  const master = '4b0f6a3e-5f0a-4a52-9d3c-6f1f6c2f6c11';
  const net = useTestNetwork();
  const consulName = (): string => `${net.scope}-their-consul`;
  const secret = (value: string): Promise<void> =>
    writeFile(join(net.state, 'secrets', 'consul', 'token'), `${value}\n`);
  let consul: ConsulView;

  before('run it, with a token that may write services', async () => {
    await docker.createNetwork({ Name: net.frontend, Labels: { [testLabel]: net.scope } });
    const acl = `acl { enabled = true default_policy = "deny" tokens { master = "${master}" agent = "${master}" } }`;
    await runContainer({
      name: consulName(),
      scope: net.scope,
      image: 'mcpnet/consul:1.8.7',
      network: net.frontend,
      entrypoint: ['consul'],
      command: ['agent', '-dev', '-bind=127.0.0.1', '-client=0.0.0.0', `-hcl=${acl}`],
      publish: { hostPort: net.ports.discovery, containerPort: 8500 },
    });
    consul = new ConsulView(net.ports.discovery, master);
    await eventually(() => consul.services(), { timeoutMs: 20_000 });
    const rules =
      'service_prefix "" { policy = "write" } node_prefix "" { policy = "read" } agent_prefix "" { policy = "read" }';
    await eventually(() => consul.put('/v1/acl/policy', { Name: 'services', Rules: rules }), { timeoutMs: 20_000 });
    const { SecretID } = JSON.parse(await consul.put('/v1/acl/token', { Policies: [{ Name: 'services' }] })) as {
      SecretID: string;
    };
    await mkdir(join(net.state, 'secrets', 'consul'), { recursive: true });
    await secret(SecretID);
    const external = {
      managed: false,
      address: `http://127.0.0.1:${net.ports.discovery}`,
      tokenFrom: { secret: 'consul', key: 'token' },
    };
    await net.write('network.yaml', net.networkManifest({ discovery: { consul: external } }));
    await net.write('first.yaml', tiny('first', { port: net.port(0) }));
    await net.start();
  });

  it('gets the registrations, and no Consul of ours runs', async () => {
    await net.ready('first');
    const [entry] = await eventually(async () => {
      const found = await consul.health('first');
      return found.length === 1 && found;
    });
    expect(entry?.Service.ID.startsWith(net.scope)).to.equal(true);
    expect((await net.containers('default', 'MCPNetwork')).map(({ Labels }) => Labels['io.mcpnet.role'])).to.deep.equal(
      ['haproxy'],
    );
    const anonymous = await askJson<Record<string, unknown>>(
      `http://127.0.0.1:${net.ports.discovery}/v1/agent/services`,
    );
    expect(anonymous, 'access control is on').to.deep.equal({});
  });

  it('loses the registration of a service that is removed', async () => {
    await net.remove('first.yaml');
    await eventually(async () => (await consul.health('first')).length === 0, { timeoutMs: 20_000 });
  });

  it('that refuses the token is told in a condition with a remedy, while the service serves', async () => {
    await net.operator.end('SIGTERM');
    await secret('00000000-0000-0000-0000-000000000000');
    await net.write('second.yaml', tiny('second', { port: net.port(1) }));
    await net.start();
    const status = await net.until(
      'second',
      (each) => conditionOf(each, 'Ready')?.reason === 'RegistryRefused' && each.readyReplicas === 1,
    );
    expect(conditionOf(status, 'Ready')?.message).to.include('token').and.to.include('tokenFrom');
    expect(await (await connect(net.url(1))).call('echo', { text: 'served all the same' })).to.equal(
      'served all the same',
    );
  });
});
