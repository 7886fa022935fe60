import { expect } from 'chai';
import { docker, testLabel } from '../support/docker.ts';
import { staysQuiet } from '../support/drift.ts';
import { eventually } from '../support/eventually.ts';
import { tiny, tinyImage, type Manifest } from '../support/manifests.ts';
import { conditionOf, isReady } from '../support/test-network.ts';
import { Traffic } from '../support/traffic.ts';
import { useTestNetwork } from '../support/use-test-network.ts';

describe('an image that was built anew under its name', function () {
  this.timeout(60_000);
  const net = useTestNetwork();
  const repo = `mcpnet-test/${net.scope}`;
  const image = `${repo}:1`;
  const manifest = (spec: Manifest['spec'] = {}): Manifest =>
    tiny('first', { image, port: net.port(0), replicas: 2, ...spec });
  const imageIds = async (): Promise<string[]> => [
    ...new Set((await net.containers('first')).map(({ ImageID }) => ImageID)),
  ];
  let newId = '';

  before('serve two replicas of an image with a name of its own', async () => {
    await docker.getImage(tinyImage).tag({ repo, tag: '1' });
    await net.write('first.yaml', manifest());
    await net.start();
    await net.ready('first');
    await net.networkReady();
  });
  after('remove the images', async () => {
    for (const name of [image, `${repo}:2`, newId])
      await docker
        .getImage(name)
        .remove({ force: true })
        .catch(() => undefined);
  });

  it('is told of, and restarts nothing', async () => {
    const [old] = await imageIds();
    const container = await docker.createContainer({ Image: tinyImage, Labels: { [testLabel]: net.scope } });
    const events = await net.watchWorld();
    newId = ((await container.commit({ repo, tag: '1', comment: 'another' })) as { Id: string }).Id;
    await container.remove();
    const status = await net.until('first', (each) => conditionOf(each, 'ImageMoved') !== undefined);
    expect(conditionOf(status, 'ImageMoved')?.message)
      .to.include('2 of 2 containers run')
      .and.to.include(image)
      .and.to.include(newId.slice(0, 19));
    expect(isReady(status)).to.equal(true);
    expect((await events.seen()).filter((event) => event.startsWith('container'))).to.deep.equal([]);
    expect(await imageIds()).to.deep.equal([old]);
    await staysQuiet(net);
  });

  it('is used by what is made from then on, and says how many still run the old one', async () => {
    await (await net.container('first')).remove({ force: true });
    await net.until('first', (each) => (conditionOf(each, 'ImageMoved')?.message ?? '').startsWith('1 of 2'));
    await net.ready('first');
    expect(await imageIds())
      .to.have.length(2)
      .and.include(newId);
  });

  it('is rolled out without a failed request where that is asked for', async () => {
    const traffic = new Traffic(net.url(0));
    await net.write('first.yaml', manifest({ rollout: { drainTimeout: '3s', imageChange: 'replace' } }));
    await eventually(async () => expect(await imageIds()).to.deep.equal([newId]), { timeoutMs: 30_000 });
    await net.until('first', (each) => isReady(each) && conditionOf(each, 'ImageMoved') === undefined);
    expect((await traffic.end()).failures).to.deep.equal([]);
    expect(await net.containers('first')).to.have.length(2);
    await staysQuiet(net);
  });
});
