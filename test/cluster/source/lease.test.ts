import { expect } from 'chai';
import { LeaseLock } from '../../../operator/leadership/lease-lock.ts';
import type { Hold } from '../../../operator/ports/leadership.ts';
import { eventually } from '../../support/eventually.ts';
import { useApiServer } from '../use-cluster.ts';
import { ApiProxy } from './api-proxy.ts';

const never = new AbortController().signal;
const ignore = (): void => undefined;

describe('a Lease', function () {
  this.timeout(60_000);
  const cluster = useApiServer();
  const proxies: ApiProxy[] = [];
  const holds: Hold[] = [];
  let scope = 0;

  beforeEach(() => scope++);
  afterEach(async () => {
    for (const hold of holds.splice(0)) await hold.release();
    for (const proxy of proxies.splice(0)) await proxy.close();
  });

  /** A process of its own way to the API server. */
  const rival = async (holder: string): Promise<{ lock: LeaseLock; proxy: ApiProxy }> => {
    const proxy = new ApiProxy(cluster.kubeconfig);
    await proxy.open();
    proxies.push(proxy);
    const lock = new LeaseLock({ api: await proxy.api(), namespace: cluster.namespace, scope: `s${scope}`, holder });
    return { lock, proxy };
  };
  const acquire = async (lock: LeaseLock, waiting: (why: string) => void = ignore): Promise<Hold> => {
    const hold = await lock.acquire(waiting, never);
    holds.push(hold);
    return hold;
  };

  it("is one process's at a time, and the next one's as soon as it is given back", async () => {
    const [first, second] = [await rival('pid 1 on host-a'), await rival('pid 2 on host-b')];
    const held = await acquire(first.lock);
    const told: string[] = [];
    const next = acquire(second.lock, (why) => told.push(why));
    await eventually(() => expect(told.join()).to.match(/pid 1 on host-a \(.*\) holds the Lease .*\/mcpnet-s1/));
    expect(held.holds()).to.equal(true);
    await held.release();
    expect(held.holds()).to.equal(false);
    const releasedMs = performance.now();
    expect((await next).holds()).to.equal(true);
    console.log(`      taken over ${Math.round(performance.now() - releasedMs)} ms after it was given back`);
  });

  it('is lost by who cannot renew it, before anybody else has it', async () => {
    const [first, second] = [await rival('pid 1'), await rival('pid 2')];
    const held = await acquire(first.lock);
    const next = acquire(second.lock);
    let lostMs = 0;
    held.lost.addEventListener('abort', () => (lostMs = performance.now()));
    first.proxy.intercept = () => true;
    const cutMs = performance.now();
    expect((await next).holds()).to.equal(true);
    const tookMs = performance.now() - cutMs;
    expect(held.holds()).to.equal(false);
    expect(lostMs).to.be.above(0);
    expect(lostMs).to.be.below(performance.now());
    expect(String(held.lost.reason)).to.match(/Lease .*mcpnet-s2: no proof that the Lease is ours/);
    console.log(`      lost after ${Math.round(lostMs - cutMs)} ms, taken over after ${Math.round(tookMs)} ms`);
  });

  it('stays whose it is while requests fail for a moment, and while people write labels on it', async () => {
    const { lock, proxy } = await rival('pid 1');
    const held = await acquire(lock);
    let failures = 2;
    proxy.intercept = (_request, response) => {
      if (failures-- <= 0) return false;
      response.writeHead(503).end('{"kind":"Status","reason":"ServiceUnavailable"}');
      return true;
    };
    await eventually(() => failures <= 0);
    await cluster.kubectl(['label', 'lease', `mcpnet-s${scope}`, 'somebody=wrote-this']);
    const before = proxy.requests.length;
    await eventually(() => proxy.requests.length > before + 3, { timeoutMs: 10_000 });
    expect(held.holds()).to.equal(true);
    await held.release();
  });

  it('is lost at once when it is taken away or another name is written into it', async () => {
    const { lock } = await rival('pid 1');
    const held = await acquire(lock);
    await cluster.kubectl(['delete', 'lease', `mcpnet-s${scope}`]);
    await eventually(() => held.lost.aborted);
    expect(String(held.lost.reason)).to.contain('the Lease is gone');
    const again = await acquire(lock);
    await cluster.kubectl([
      'patch',
      'lease',
      `mcpnet-s${scope}`,
      '--type=merge',
      '-p',
      '{"spec":{"holderIdentity":"me"}}',
    ]);
    await eventually(() => again.lost.aborted);
    expect(String(again.lost.reason)).to.contain('me holds the Lease now');
  });

  it('is taken by one of many who want it at once', async () => {
    const locks = await Promise.all(Array.from({ length: 5 }, (_, index) => rival(`pid ${index}`)));
    const won: Hold[] = [];
    const stop = new AbortController();
    const wanting = locks.map(({ lock }) =>
      lock.acquire(ignore, stop.signal).then(
        (hold) => won.push(hold),
        () => 0,
      ),
    );
    await eventually(() => won.length > 0);
    for (let turn = 1; turn <= 5; turn++) {
      await eventually(() => won.length === turn);
      expect(won.filter((hold) => hold.holds())).to.have.length(1);
      await won.at(-1)?.release();
    }
    stop.abort();
    await Promise.all(wanting);
  });

  it('says what is missing where it may not be written', async () => {
    const { lock, proxy } = await rival('pid 1');
    proxy.intercept = (_request, response) => {
      response.writeHead(403).end('{"kind":"Status","reason":"Forbidden","message":"cannot get resource leases"}');
      return true;
    };
    const stop = new AbortController();
    const told: string[] = [];
    const waiting = lock.acquire((why) => told.push(why), stop.signal).catch(() => undefined);
    await eventually(() => expect(told.join()).to.match(/gives no Lease .*: cannot get resource leases/));
    stop.abort();
    await waiting;
  });
});
