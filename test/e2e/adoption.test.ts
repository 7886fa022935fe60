import { rm } from 'node:fs/promises';
import { expect } from 'chai';
import { docker } from '../support/docker.ts';
import { staysQuiet } from '../support/drift.ts';
import { tiny } from '../support/manifests.ts';
import { connect } from '../support/mcp-clients.ts';
import { Traffic } from '../support/traffic.ts';
import { useTestNetwork } from '../support/use-test-network.ts';

describe('an operator that has lost all its state', function () {
  this.timeout(120_000);
  const net = useTestNetwork();

  before('serve one at a port of its own, and one at a port that was leased', async () => {
    await net.write('first.yaml', tiny('first', { port: net.port(0), replicas: 2 }));
    await net.write('second.yaml', tiny('second'));
    await net.start();
    await net.ready('first', 'second');
    await net.networkReady();
  });

  it('takes for its own what an earlier version made, though it carries no seal', async () => {
    const made = await net.container('second');
    const { Config, HostConfig, Name } = await made.inspect();
    const { 'io.mcpnet.seal': _seal, ...labels } = Config.Labels;
    await net.operator.end('SIGTERM');
    await made.remove({ force: true });
    const { Image, Cmd, Entrypoint, Env, User } = Config;
    const options = { name: Name.slice(1), Image, Cmd, Env, User, HostConfig, Labels: labels };
    const earlier = await docker.createContainer({ ...options, ...(Entrypoint && { Entrypoint }) });
    await earlier.start();
    const started = (await earlier.inspect()).State.StartedAt;
    await net.start();
    await net.ready('second');
    await staysQuiet(net);
    expect((await net.containers('second')).map(({ Id }) => Id)).to.deep.equal([earlier.id]);
    expect((await earlier.inspect()).State.StartedAt).to.equal(started);
  });

  it('takes over by labels what runs: no container restarts, ports stay, sessions go on, no request is lost', async () => {
    const ports = async (): Promise<unknown> =>
      Promise.all(['first', 'second'].map(async (name) => (await net.status(name)).port));
    const replicas = async (): Promise<unknown> => {
      const found = (await net.containers()).filter(({ Labels }) => Labels['io.mcpnet.role'] === 'replicas');
      return found.map(({ Id, Names }) => `${Id} ${Names.join()}`).sort();
    };
    const before = { ports: await ports(), replicas: await replicas() };
    const session = await connect(net.url(0));
    const host = await session.call('whoami');
    const traffic = new Traffic(net.url(0));
    const events = await net.watchWorld();
    await net.operator.end('SIGTERM');
    await rm(net.state, { recursive: true, force: true });
    await net.start();
    await net.ready('first', 'second');
    await net.networkReady();
    // HAProxy's directory went with the state: another one takes over its ports while it ends what it has begun.
    const touched = (await events.containers()).filter(({ action }) => action === 'start' || action === 'die');
    expect(touched.map(({ labels }) => labels['io.mcpnet.role'])).to.deep.equal(touched.map(() => 'haproxy'));
    expect({ ports: await ports(), replicas: await replicas() }).to.deep.equal(before);
    expect(await session.call('whoami')).to.equal(host);
    await session.end();
    await net.change('first.yaml', tiny('first', { port: net.port(0), replicas: 1 }));
    await staysQuiet(net);
    expect((await traffic.end()).failures).to.deep.equal([]);
  });
});
