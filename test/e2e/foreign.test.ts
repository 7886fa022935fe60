import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { docker, runContainer, testLabel } from '../support/docker.ts';
import { eventually } from '../support/eventually.ts';
import { statusAt } from '../support/http.ts';
import { tiny, tinyImage } from '../support/manifests.ts';
import { conditionOf } from '../support/test-network.ts';
import { useTestNetwork } from '../support/use-test-network.ts';

function digest(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}

async function containerDigest(name: string): Promise<string> {
  return digest(await docker.getContainer(name).inspect());
}

/** Of the network itself; who is attached is another matter. */
async function networkDigest(name: string): Promise<string> {
  const { Containers: _attached, ...rest } = await docker.getNetwork(name).inspect();
  return digest(rest);
}

describe('what is not ours', function () {
  this.timeout(60_000);
  const net = useTestNetwork();

  before('adopt a network that exists, and serve', async () => {
    await docker.createNetwork({ Name: net.frontend, Labels: { [testLabel]: net.scope } });
    await net.write('first.yaml', tiny('first', { port: net.port(0) }));
    await net.start();
    await net.ready('first');
    await net.networkReady();
  });

  it('a container whose name is in our way is a conflict, is never touched, and the service comes when it is gone', async () => {
    await net.write('named.yaml', tiny('named', { port: net.port(1), replicas: 0 }));
    await net.until('named', ({ replicas }) => replicas === 0);
    await net.write('named.yaml', tiny('named', { port: net.port(1) }));
    const [made] = await eventually(async () => {
      const found = await net.containers('named');
      return found.length > 0 && found;
    });
    const name = (made?.Names[0] ?? '').slice(1);
    await net.write('named.yaml', tiny('named', { port: net.port(1), replicas: 0 }));
    await eventually(async () => (await net.containers('named')).length === 0, { timeoutMs: 20_000 });

    const foreign = await runContainer({ name, scope: net.scope, image: tinyImage });
    const before = await containerDigest(name);
    await net.write('named.yaml', tiny('named', { port: net.port(1) }));
    const status = await net.until('named', (each) => conditionOf(each, 'Ready')?.reason === 'NameTaken');
    expect(conditionOf(status, 'Ready')?.message).to.include(
      `a container named ${name} exists and is not ours; rename or remove it`,
    );
    expect(await containerDigest(name)).to.equal(before);
    await foreign.remove({ force: true });
    await net.ready('named');
    await net.remove('named.yaml');
  });

  it('containers with our labels of another scope are not touched', async () => {
    const name = `${net.scope}-neighbour`;
    const labels = {
      'io.mcpnet.owner': `${net.scope}-other`,
      'io.mcpnet.key': 'MCPService/default/first',
      'io.mcpnet.id': 'first-00000000-1',
      'io.mcpnet.hash': '0',
      'io.mcpnet.role': 'replicas',
    };
    await runContainer({ name, scope: net.scope, image: tinyImage, network: net.frontend, labels });
    const before = await containerDigest(name);
    await net.change('first.yaml', tiny('first', { port: net.port(0), env: [{ name: 'ROUND', value: '2' }] }));
    await net.operator.end('SIGTERM');
    await net.start();
    await net.ready('first');
    expect(await containerDigest(name)).to.equal(before);
  });

  it('Consul services of others are not touched, not even under the name of one of ours', async () => {
    for (const name of ['foreign', 'first'])
      await net.consul.put('/v1/agent/service/register', {
        ID: `theirs-${name}`,
        Name: name,
        Address: '192.0.2.1',
        Port: 80,
        Tags: ['theirs'],
      });
    const before = digest([
      await net.consul.agentService('theirs-foreign'),
      await net.consul.agentService('theirs-first'),
    ]);
    await net.change('first.yaml', tiny('first', { port: net.port(0), replicas: 2 }));
    await net.remove('first.yaml');
    await eventually(async () => (await net.consul.health('first')).length === 1, { timeoutMs: 20_000 });
    expect(
      digest([await net.consul.agentService('theirs-foreign'), await net.consul.agentService('theirs-first')]),
    ).to.equal(before);
  });

  it('a frontend network that existed before us is adopted, and stays when everything of ours goes', async () => {
    const before = await networkDigest(net.frontend);
    await net.operator.end('SIGTERM');
    const { code, stdout, stderr } = await net.cli('down', '--yes');
    expect(code, stdout + stderr).to.equal(0);
    expect(await net.containers()).to.deep.equal([]);
    expect(await networkDigest(net.frontend)).to.equal(before);
    expect(
      (await docker.listNetworks()).some(({ Name }) => Name === net.internal),
      'our own network',
    ).to.equal(false);
  });
});

describe('an internal network that is not ours', function () {
  this.timeout(60_000);
  const net = useTestNetwork();

  it('is a conflict with a remedy, and is neither used nor changed', async () => {
    await docker.createNetwork({ Name: net.internal, Labels: { [testLabel]: net.scope } });
    const before = digest(await docker.getNetwork(net.internal).inspect());
    await net.write('first.yaml', tiny('first', { port: net.port(0) }));
    await net.start();
    const status = await eventually(
      async () => {
        const found = await net.status('default', 'MCPNetwork');
        return (conditionOf(found, 'Ready')?.message ?? '').includes('not ours') && found;
      },
      { timeoutMs: 20_000 },
    );
    expect(conditionOf(status, 'Ready')?.status).to.equal('False');
    expect(conditionOf(status, 'Ready')?.message)
      .to.include(net.internal)
      .and.to.match(/remove|rename|name another/);
    expect(await statusAt(net.healthUrl(0))).to.not.equal(200);
    expect(digest(await docker.getNetwork(net.internal).inspect())).to.equal(before);
  });
});
