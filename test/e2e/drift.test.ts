import { expect } from 'chai';
import { docker, runContainer, testLabel } from '../support/docker.ts';
import { lookAt, staysQuiet, type Look } from '../support/drift.ts';
import { eventually } from '../support/eventually.ts';
import { statusAt } from '../support/http.ts';
import { tiny, tinyImage } from '../support/manifests.ts';
import { conditionOf } from '../support/test-network.ts';
import { Traffic } from '../support/traffic.ts';
import { useTestNetwork } from '../support/use-test-network.ts';

const soon = { timeoutMs: 20_000 };

describe('a container that somebody changed', function () {
  this.timeout(60_000);
  const net = useTestNetwork();
  const stranger = `${net.scope}-elsewhere`;

  before('serve one, beside a network of somebody else', async () => {
    await docker.createNetwork({ Name: stranger, Labels: { [testLabel]: net.scope } });
    await net.write('first.yaml', tiny('first', { port: net.port(0) }));
    await net.start();
    await net.ready('first');
    await net.networkReady();
  });

  const inPlace: readonly (readonly [string, (look: Look) => Promise<unknown>])[] = [
    ['restart policy', async () => (await net.container('first')).update({ RestartPolicy: { Name: 'no' } })],
    ['memory limit', async () => (await net.container('first')).update({ Memory: 2 ** 27, MemorySwap: 2 ** 27 })],
    ['limit of memory and swap', async () => (await net.container('first')).update({ MemorySwap: 2 ** 29 })],
    ['limit of processes', async () => (await net.container('first')).update({ PidsLimit: 99 })],
    ['name', async () => (await net.container('first')).rename({ name: `${net.scope}-renamed` })],
    ['set of networks', async ({ name }) => docker.getNetwork(stranger).connect({ Container: name })],
  ];
  for (const [what, change] of inPlace)
    it(`gets back its ${what} without a restart, without a failed request`, async () => {
      const before = await lookAt(await net.container('first'));
      const changes = net.operator.changes.length;
      const traffic = new Traffic(net.url(0));
      await change(before);
      await eventually(async () => {
        expect(net.operator.changes.slice(changes)).to.deep.equal([`update workload/${before.name}`]);
        expect(await lookAt(await net.container('first'))).to.deep.equal(before);
      }, soon);
      expect((await traffic.end()).failures).to.deep.equal([]);
      await staysQuiet(net);
    });

  it('is connected again to a network that it was taken from, and serves at its new address', async () => {
    const before = await lookAt(await net.container('first'));
    await docker.getNetwork(net.internal).disconnect({ Container: before.name, Force: true });
    await eventually(async () => expect(await lookAt(await net.container('first'))).to.deep.equal(before), soon);
    await eventually(async () => (await statusAt(net.healthUrl(0))) === 200, soon);
    await net.ready('first');
    expect(await net.consul.passing('first')).to.have.length(1);
    await staysQuiet(net);
  });

  it('goes on after it was paused', async () => {
    const container = await net.container('first');
    const before = await lookAt(container);
    await container.pause();
    await eventually(async () => !(await container.inspect()).State.Paused, soon);
    await net.ready('first');
    expect(await lookAt(container)).to.deep.equal(before);
    await staysQuiet(net);
  });

  it('gives its place to another when it carries a limit that cannot be taken away, without a failed request', async () => {
    const container = await net.container('first');
    const traffic = new Traffic(net.url(0));
    await container.update({ CpuShares: 512 });
    await eventually(async () => {
      const [only, ...others] = await net.containers('first');
      expect(others).to.deep.equal([]);
      expect(only?.Id).to.not.equal(container.id);
    }, soon);
    await net.ready('first');
    expect((await traffic.end()).failures).to.deep.equal([]);
    await staysQuiet(net);
  });

  it('is set right at the next start of the operator, if none ran when it was changed', async () => {
    const before = await lookAt(await net.container('first'));
    await net.operator.end('SIGKILL');
    await (await net.container('first')).update({ Memory: 2 ** 27, MemorySwap: 2 ** 27 });
    await net.start();
    await eventually(async () => expect(await lookAt(await net.container('first'))).to.deep.equal(before), soon);
    await staysQuiet(net);
  });

  it('that was made anew by hand with our labels and another command is replaced', async () => {
    const made = await net.container('first');
    const { Config, Name } = await made.inspect();
    await net.operator.end('SIGTERM');
    await made.remove({ force: true });
    const forged = await runContainer({
      name: Name.slice(1),
      scope: net.scope,
      image: tinyImage,
      command: ['node', '-e', 'setInterval(() => {}, 1000)'],
      network: net.internal,
      labels: Config.Labels,
    });
    await net.start();
    await eventually(async () => {
      const containers = await net.containers('first');
      expect(containers.map(({ Id }) => Id))
        .to.have.length(1)
        .and.not.include(forged.id);
    }, soon);
    await net.ready('first');
    expect(await statusAt(net.healthUrl(0))).to.equal(200);
    await staysQuiet(net);
  });

  it('that was made anew by hand without our labels is a conflict, and is never touched', async () => {
    const made = await net.container('first');
    const name = (await made.inspect()).Name.slice(1);
    await net.operator.end('SIGTERM');
    await made.remove({ force: true });
    const theirs = await runContainer({ name, scope: net.scope, image: tinyImage, network: net.frontend });
    const before = JSON.stringify(await theirs.inspect());
    await net.start();
    const status = await net.until('first', (each) => conditionOf(each, 'Ready')?.reason === 'NameTaken');
    expect(conditionOf(status, 'Ready')?.message).to.include(`docker rename ${name}`);
    expect(JSON.stringify(await theirs.inspect())).to.equal(before);
    await theirs.remove({ force: true });
    await net.ready('first');
  });

  it('is ours by more than a label: what others label as ours is neither counted nor touched', async () => {
    const ours = await net.container('first');
    const { Config, Name } = await ours.inspect();
    const image = { scope: net.scope, image: tinyImage, network: net.internal };
    const labelled = await runContainer({
      ...image,
      name: `${net.scope}-labelled`,
      labels: { 'io.mcpnet.owner': net.scope },
    });
    const copied = await runContainer({ ...image, name: `${net.scope}-copied`, labels: Config.Labels });
    const before = [labelled, copied].map(async (each) => JSON.stringify(await each.inspect()));
    await net.operator.end('SIGTERM');
    await net.start();
    await net.ready('first');
    await net.change('first.yaml', tiny('first', { port: net.port(0), env: [{ name: 'ROUND', value: '2' }] }));
    const after = [labelled, copied].map(async (each) => JSON.stringify(await each.inspect()));
    expect(await Promise.all(after)).to.deep.equal(await Promise.all(before));
    expect(
      (await docker.listContainers()).some(({ Names }) => Names.includes(Name)),
      'the original',
    ).to.equal(false);
    for (const each of [labelled, copied]) await each.remove({ force: true });
  });
});
