import { expect } from 'chai';
import { eventually } from '../support/eventually.ts';
import { statusAt } from '../support/http.ts';
import { tiny, type Manifest } from '../support/manifests.ts';
import { Traffic } from '../support/traffic.ts';
import { useTestNetwork } from '../support/use-test-network.ts';

describe('services that come while others are under load', function () {
  this.timeout(90_000);
  const net = useTestNetwork();
  const added = (index: number): Manifest => tiny(`added-${index}`, { port: net.port(index) });

  before('serve one', async () => {
    await net.write('busy.yaml', tiny('busy', { port: net.port(0) }));
    await net.start();
    await net.ready('busy');
    await net.networkReady();
  });

  it('adds a service with one reload and no failed request on the others', async () => {
    const before = await net.haproxy.reloads();
    const traffic = new Traffic(net.url(0));
    await net.write('added-1.yaml', added(1));
    await net.until('added-1', ({ readyReplicas }) => readyReplicas === 1);
    const { failures, requests } = await traffic.end();
    expect(failures).to.deep.equal([]);
    expect(requests).to.be.above(20);
    expect((await net.haproxy.reloads()) - before).to.equal(1);
  });

  it('adds ten services at once with at most three reloads and no failed request on the others', async () => {
    const before = await net.haproxy.reloads();
    const traffic = new Traffic(net.url(0), { sessions: 1, raw: 1 });
    const indexes = Array.from({ length: 10 }, (_, index) => index + 2);
    await net.write('many.yaml', ...indexes.map(added));
    await net.ready(...indexes.map((index) => `added-${index}`));
    const { failures } = await traffic.end();
    expect(failures).to.deep.equal([]);
    expect((await net.haproxy.reloads()) - before).to.be.at.most(3);
    const statuses = await Promise.all(indexes.map((index) => statusAt(net.healthUrl(index))));
    expect(statuses).to.deep.equal(indexes.map(() => 200));
  });

  it('takes ten services away at once with at most three reloads and no failed request on the others', async () => {
    const before = await net.haproxy.reloads();
    const traffic = new Traffic(net.url(0), { sessions: 1, raw: 1 });
    await net.remove('many.yaml');
    await eventually(
      async () =>
        (await net.containers()).filter(({ Names }) => /added-(\d\d|[2-9])-/.test(Names[0] ?? '')).length === 0,
      { timeoutMs: 60_000 },
    );
    const { failures } = await traffic.end();
    expect(failures).to.deep.equal([]);
    expect((await net.haproxy.reloads()) - before).to.be.at.most(3);
  });
});
