import { writeFile } from 'node:fs/promises';
import { expect } from 'chai';
import type { ClusterApi } from '../../../operator/cluster/api.ts';
import { Feed } from '../../../operator/cluster/feed.ts';
import { pathOf, type KubeObject } from '../../../operator/cluster/objects.ts';
import { eventually } from '../../support/eventually.ts';
import { useApiServer } from '../use-cluster.ts';
import { apiOf, ApiProxy } from './api-proxy.ts';

interface Settings extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
}

const kind = { apiVersion: 'v1', plural: 'configmaps' };
/** As the test writes them; the cluster has others of its own. */
const query = { labelSelector: 'feed=test' };

describe('a feed of objects', function () {
  this.timeout(180_000);
  const cluster = useApiServer();
  let proxy: ApiProxy;
  let api: ClusterApi;
  let end: AbortController;

  beforeEach(async () => {
    proxy = new ApiProxy(cluster.kubeconfig);
    await proxy.open();
    api = await proxy.api();
    end = new AbortController();
  });
  afterEach(async () => {
    end.abort();
    await proxy.close();
    await cluster.kubectl(['delete', 'configmap', '-l', query.labelSelector]);
  });

  const path = (name?: string): string => pathOf(kind, cluster.namespace, name);
  const put = (name: string, value: string): Promise<Settings> =>
    api.apply(path(name), 'test', {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name, labels: { feed: 'test' } },
      data: { value },
    });
  const open = (options: { silentMs?: number } = {}): { feed: Feed<Settings>; seen: string[] } => {
    const seen: string[] = [];
    const feed = new Feed<Settings>({
      api,
      path: path(),
      query,
      changed: (changes) => {
        for (const { key, now, deleted } of changes)
          seen.push(now ? `${key} ${now.metadata.resourceVersion}` : `${key} ${deleted ? 'deleted' : 'missing'}`);
      },
      ...options,
    });
    void feed.follow(end.signal);
    return { feed, seen };
  };
  const watches = (): string[] => proxy.requests.filter((each) => each.includes('watch=true'));
  const lists = (): string[] => proxy.requests.filter((each) => each.startsWith('GET') && each.includes('limit='));

  it('misses none of the changes while a thousand connections are cut', async () => {
    const feeds = Array.from({ length: 20 }, () => open());
    await eventually(() => feeds.every(({ feed }) => feed.isListed));
    const direct = await apiOf(cluster.kubeconfig);
    const written: string[] = [];
    const cutting = new AbortController();
    const writing = (async () => {
      for (let round = 0; !cutting.signal.aborted; round++) {
        const name = `item-${round % 20}`;
        const applied = await direct.apply<Settings>(path(name), 'test', {
          apiVersion: 'v1',
          kind: 'ConfigMap',
          metadata: { name, labels: { feed: 'test' } },
          data: { value: String(round) },
        });
        written.push(`${cluster.namespace}/${name} ${applied.metadata.resourceVersion}`);
        if (round % 7 === 0) {
          await direct.request({ method: 'DELETE', path: path(name) });
          written.push(`${cluster.namespace}/${name} deleted`);
        }
      }
    })();
    proxy.lifeMs = () => Math.random() * 400;
    for (let count = 0; count < feeds.length; count++) proxy.cut();
    await eventually(() => proxy.cuts >= 1_000, { timeoutMs: 90_000 });
    proxy.lifeMs = () => Infinity;
    cutting.abort();
    await writing;
    for (const { seen } of feeds) await eventually(() => seen.length >= written.length, { timeoutMs: 20_000 });
    for (const { seen } of feeds) expect(seen).to.deep.equal(written);
    expect(lists()).to.have.length(feeds.length);
    console.log(`      ${proxy.cuts} cuts, ${written.length} changes, ${watches().length} watches, 0 missed`);
  });

  it('lists again where the API server has forgotten what it was at, and notices what went meanwhile', async () => {
    await put('stays', '1');
    await put('goes', '1');
    const { feed, seen } = open();
    await eventually(() => feed.objects.size === 2 && watches().length === 1);
    let isGone = true;
    proxy.intercept = (request, response) => {
      if (!isGone || !request.url?.includes('watch=true')) return false;
      isGone = false;
      const status = { kind: 'Status', code: 410, reason: 'Expired', message: 'too old resource version' };
      response.end(`${JSON.stringify({ type: 'ERROR', object: status })}\n`);
      return true;
    };
    const direct = await apiOf(cluster.kubeconfig);
    seen.length = 0;
    proxy.cut();
    await direct.request({ method: 'DELETE', path: path('goes') });
    await eventually(() => expect(feed.objects.size).to.equal(1));
    await eventually(() => expect(seen.at(-1)).to.match(/goes (missing|deleted)$/));
    await eventually(() => expect(lists()).to.have.length(2));
    expect(feed.trouble).to.equal(undefined);
  });

  it('waits as long as a busy API server asks it to', async () => {
    let asked = 0;
    let firstAtMs = 0;
    let waitedMs = 0;
    proxy.intercept = (_request, response) => {
      if (asked++ === 0) firstAtMs = performance.now();
      else waitedMs ||= performance.now() - firstAtMs;
      if (asked > 1) return false;
      response.writeHead(429, { 'retry-after': '1' }).end('{"kind":"Status","reason":"TooManyRequests"}');
      return true;
    };
    const { feed } = open();
    await eventually(() => feed.isListed);
    expect(waitedMs).to.be.at.least(950);
  });

  it('opens a watch anew over which nothing comes any more', async () => {
    await put('one', '1');
    let isDeaf = true;
    proxy.intercept = (request, response) => {
      if (!isDeaf || !request.url?.includes('watch=true')) return false;
      // Open, and silent for ever: as a connection is whose other end has lost power.
      response.writeHead(200).flushHeaders();
      return true;
    };
    const { feed } = open({ silentMs: 300 });
    await eventually(() => watches().length === 1);
    isDeaf = false;
    await put('one', '2');
    await eventually(() => expect([...feed.objects.values()][0]?.data).to.deep.equal({ value: '2' }));
    expect(lists()).to.have.length(1);
  });

  it('says why it knows nothing while it is refused, and goes on by itself', async () => {
    let isForbidden = true;
    proxy.intercept = (_request, response) => {
      if (!isForbidden) return false;
      response.writeHead(403).end('{"kind":"Status","reason":"Forbidden","message":"may not list configmaps"}');
      return true;
    };
    const { feed } = open();
    await eventually(() => expect(feed.trouble?.message).to.equal('may not list configmaps'));
    expect(feed.isListed).to.equal(false);
    isForbidden = false;
    await eventually(() => expect(feed.isListed).to.equal(true), { timeoutMs: 10_000 });
    expect(feed.trouble).to.equal(undefined);
  });

  it('reads objects in pages', async () => {
    await Promise.all(Array.from({ length: 30 }, (_, index) => put(`page-${index}`, 'x')));
    proxy.intercept = (request) => {
      request.url = request.url?.replace('limit=500', 'limit=7');
      return false;
    };
    const { feed } = open();
    await eventually(() => expect(feed.objects.size).to.equal(30));
    expect(lists()).to.have.length(5);
  });

  it('takes up a token that was exchanged in its file', async () => {
    const file = await proxy.kubeconfig();
    await writeFile(file, 'first\n');
    let good = 'first';
    const used: string[] = [];
    proxy.intercept = (request, response) => {
      const { authorization = '' } = request.headers;
      used.push(authorization);
      if (authorization === `Bearer ${good}`) return false;
      response.writeHead(401).end('{"kind":"Status","reason":"Unauthorized"}');
      return true;
    };
    api = await proxy.api({ tokenFile: file });
    await put('one', '1');
    await writeFile(file, 'second\n');
    good = 'second';
    await put('one', '2');
    expect(used).to.deep.equal(['Bearer first', 'Bearer first', 'Bearer second']);
  });
});
