import { expect } from 'chai';
import { VolumeContents } from '../../operator/drivers/docker/volume-content.ts';
import { docker, execIn, runContainer } from '../support/docker.ts';
import { staysQuiet } from '../support/drift.ts';
import { eventually } from '../support/eventually.ts';
import { service, tinyImage } from '../support/manifests.ts';
import { connect } from '../support/mcp-clients.ts';
import { useTestNetwork } from '../support/use-test-network.ts';

describe("the bridge's volume", function () {
  this.timeout(120_000);
  const net = useTestNetwork();

  before('serve one over stdio', async () => {
    const image = 'mcpnet/everything:2026.8.31';
    await net.write('first.yaml', service('first', { image, transport: 'stdio', port: net.port(0) }));
    await net.start();
    await net.ready('first');
    await net.networkReady();
  });

  it('is asked for by way of the engine only after something could not start, where its files are out of reach', async () => {
    const holders = (await docker.listContainers({ all: true })).filter(
      ({ Names }) => Names[0]?.startsWith(`/${net.scope}-bridge-`) === true,
    );
    const { Volumes: volumes } = await docker.listVolumes();
    const name = holders[0]?.Mounts[0]?.Name ?? '';
    const contents = new VolumeContents(docker, false);
    const events = await net.watchWorld();
    expect([...(await contents.missing(holders, volumes))]).to.deep.equal([]);
    expect(await events.seen(), 'the engine was not asked').to.deep.equal([]);
    contents.suspect(name);
    expect([...(await contents.missing(holders, volumes))], 'it is whole').to.deep.equal([]);
    expect(await events.seen()).to.include(`volume mount ${name}`);
  });

  it('gets back what somebody took out of it while it is in use, and containers start from it again', async () => {
    const { Volumes: volumes } = await docker.listVolumes();
    const volume = volumes.find(({ Name }) => Name.startsWith(`${net.scope}-bridge-`))?.Name ?? '';
    const name = `${net.scope}-vandal`;
    const vandal = await runContainer({
      name,
      scope: net.scope,
      image: tinyImage,
      entrypoint: ['node', '-e', 'setInterval(() => {}, 1000)'],
      binds: [`${volume}:/v`],
      user: '0:0',
    });
    const left = async (): Promise<string> =>
      (await execIn(vandal, ['node', '-p', 'require("node:fs").readdirSync("/v", { recursive: true }).sort().join()']))
        .text;
    const before = await left();
    const started = (await (await net.container('first')).inspect()).State.StartedAt;
    await execIn(vandal, [
      'node',
      '-e',
      'for (const each of ["lib", "bridge.mjs"]) require("node:fs").rmSync(`/v/${each}`, { recursive: true })',
    ]);
    expect(await left()).to.not.equal(before);
    await eventually(async () => expect(await left()).to.equal(before), { timeoutMs: 80_000 });
    expect((await (await net.container('first')).inspect()).State.StartedAt).to.equal(started);
    await (await net.container('first')).remove({ force: true });
    await net.until('first', ({ instances }) => instances.length > 0);
    await eventually(
      async () => {
        const session = await connect(net.url(0));
        expect(await session.call('echo', { message: 'back' })).to.include('back');
      },
      { timeoutMs: 20_000 },
    );
    await net.ready('first');
    await vandal.remove({ force: true });
    await staysQuiet(net);
  });
});
