import { expect } from 'chai';
import { eventually } from '../support/eventually.ts';
import { ask } from '../support/http.ts';
import { tiny, type Manifest } from '../support/manifests.ts';
import { connect } from '../support/mcp-clients.ts';
import { conditionOf, isReady } from '../support/test-network.ts';
import { Traffic } from '../support/traffic.ts';
import { useTestNetwork } from '../support/use-test-network.ts';

/** Asks a service to initialize, over and over, each time on a connection of its own; keeps every answer. */
class Asker {
  readonly answers: {
    readonly status: number;
    readonly retryAfter: string;
    readonly body: string;
    readonly atMs: number;
  }[] = [];
  #ending = false;
  readonly #loop: Promise<void>;

  constructor(url: URL) {
    this.#loop = this.#ask(url);
  }

  async end(): Promise<void> {
    this.#ending = true;
    await this.#loop;
  }

  async #ask(url: URL): Promise<void> {
    const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'asker', version: '1' } };
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params });
    const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
    while (!this.#ending) {
      const answer = await ask(url.href, { method: 'POST', headers, body });
      const retryAfter = answer.headers['retry-after'] ?? '';
      this.answers.push({ status: answer.status, retryAfter, body: answer.body, atMs: performance.now() });
    }
  }
}

describe('a service of which there cannot be two', function () {
  this.timeout(90_000);
  const net = useTestNetwork();
  const calc = (spec: Manifest['spec'] = {}): Manifest =>
    tiny('calc', { port: net.port(0), rollout: { strategy: 'recreate', drainTimeout: '60s' }, ...spec });

  before('serve it', async () => {
    await net.write('calc.yaml', calc());
    await net.start();
    await net.ready('calc');
  });

  it('is never there twice, waits for no session, and answers 503 with Retry-After while it is not there', async () => {
    const session = await connect(net.url(0));
    await session.call('echo', { text: 'here' });
    const events = await net.watchWorld();
    const asker = new Asker(net.url(0));
    await net.change('calc.yaml', calc({ env: [{ name: 'COLOUR', value: 'blue' }] }));
    await asker.end();
    const refused = asker.answers.filter(({ status }) => status !== 200);
    expect(refused.map(({ status, retryAfter }) => [status, retryAfter])).to.deep.equal(refused.map(() => [503, '1']));
    expect(refused).to.not.have.length(0);
    for (const { body } of refused) expect(JSON.parse(body)).to.have.nested.property('error.code');
    expect(asker.answers.at(-1)?.status).to.equal(200);
    // Made before the old one goes, started after it.
    const order = (await events.containers()).map(({ action }) => action);
    expect(order.indexOf('create')).to.be.below(order.indexOf('die')).and.at.least(0);
    expect(order.indexOf('die')).to.be.below(order.indexOf('start'));
  });

  it('goes on serving while what should take its place cannot be made', async () => {
    const asker = new Asker(net.url(0));
    await net.write('calc.yaml', calc({ image: 'mcpnet-test/no-such-image:1' }));
    const status = await net.until('calc', (each) => conditionOf(each, 'Degraded')?.reason === 'ImageMissing');
    expect(conditionOf(status, 'Degraded')?.message).to.match(
      /revision 3 does not come up, revision 2 goes on serving: .*; to go back: mcpnet rollback calc$/,
    );
    await eventually(async () => {
      const plan = (await ask(`http://127.0.0.1:${net.ports.dashboard}/api/v1/plan`)).body;
      expect(plan).to.match(/is not here and cannot be pulled .* \(tried (once|\d+ times), again in \d+ s\)/);
    });
    const { stdout } = await net.cli('history', 'calc');
    expect(stdout).to.match(/^3 +Failed \(ImageMissing\)/m);
    await net.write('calc.yaml', calc({ env: [{ name: 'COLOUR', value: 'blue' }] }));
    await net.ready('calc');
    await asker.end();
    expect(asker.answers.filter(({ status: each }) => each !== 200)).to.deep.equal([]);
  });
});

describe('a rollout that fails', function () {
  this.timeout(90_000);
  const net = useTestNetwork();
  const calc = (spec: Manifest['spec'] = {}): Manifest => tiny('calc', { port: net.port(0), replicas: 2, ...spec });

  before('serve two replicas', async () => {
    await net.write('calc.yaml', calc());
    await net.start();
    await net.ready('calc');
  });

  it('leaves the old revision serving, says why, piles nothing up, and ends with a rollback', async () => {
    const traffic = new Traffic(net.url(0));
    const old = (await net.containers('calc')).map(({ Id }) => Id).sort();
    const bad: readonly (readonly [Manifest['spec'], string])[] = [
      [{ command: ['sh', '-c', 'exit 1'] }, 'CrashLoop'],
      [{ image: 'mcpnet-test/no-such-image:1' }, 'ImageMissing'],
      [{ path: '/nothing-here', healthCheck: { interval: '500ms', startupTimeout: '2s' } }, 'NotSpeakingMCP'],
    ];
    for (const [spec, reason] of bad) {
      await net.write('calc.yaml', calc(spec));
      const status = await net.until('calc', (each) => conditionOf(each, 'Degraded')?.reason === reason, 30_000);
      expect(conditionOf(status, 'Degraded')?.message).to.match(
        /revision \d does not come up, revision 1 goes on serving: /,
      );
      expect(conditionOf(status, 'Available')?.status).to.equal('True');
      expect((await net.containers('calc')).length).to.be.at.most(3);
    }
    await net.cli('rollback', 'calc');
    await net.ready('calc');
    await eventually(async () => (await net.containers('calc')).length === 2, { timeoutMs: 20_000 });
    expect((await net.containers('calc')).map(({ Id }) => Id).sort()).to.deep.equal(old);
    expect((await traffic.end()).failures).to.deep.equal([]);
    expect((await net.cli('history', 'calc')).stdout.match(/Failed \(\w+\)/g)).to.deep.equal(
      bad.map(([, reason]) => `Failed (${reason})`),
    );
  });
});

describe('a canary', function () {
  this.timeout(90_000);
  const net = useTestNetwork();
  const calc = (spec: Manifest['spec'], canary?: { weight: number }): Manifest =>
    tiny('calc', {
      port: net.port(0),
      replicas: 2,
      rollout: { drainTimeout: '3s', ...(canary && { canary }) },
      ...spec,
    });
  const changed = { env: [{ name: 'COLOUR', value: 'blue' }] };

  /** How many of so many new sessions a container with this colour gets. */
  const sessionsOn = async (names: readonly string[], count: number): Promise<number> => {
    let found = 0;
    for (let index = 0; index < count; index++) {
      const session = await connect(net.url(0));
      const host = await session.call('whoami');
      await session.end();
      if (names.some((name) => host.includes(name))) found++;
    }
    return found;
  };
  const hosts = async (old: readonly string[]): Promise<string[]> =>
    (await net.containers('calc')).map(({ Id }) => Id.slice(0, 12)).filter((id) => !old.includes(id));
  const loads = async (): Promise<unknown> => ({
    pid: await net.haproxy.workerPid(),
    reloads: await net.haproxy.reloads(),
  });

  it('gets its share of the sessions beside what serves, changes it without a reload, and is rolled out or taken back', async () => {
    await net.write('calc.yaml', calc({}, { weight: 20 }));
    await net.start();
    await net.ready('calc');
    const old = await hosts([]);
    const traffic = new Traffic(net.url(0));

    await net.write('calc.yaml', calc(changed, { weight: 20 }));
    await net.until('calc', (status) => isReady(status) && conditionOf(status, 'Canary')?.status === 'True');
    const tried = await hosts(old);
    expect(tried).to.have.length(1);
    expect((await hosts([])).filter((id) => old.includes(id))).to.have.length(2);
    expect((await net.cli('history', 'calc')).stdout).to.match(/^2 +Canary/m);

    const before = { ...((await loads()) as object), hosts: await hosts([]) };
    await net.write('calc.yaml', calc(changed, { weight: 50 }));
    await eventually(async () => {
      const weights = (await net.haproxy.servers('calc')).map(({ weight }) => weight);
      expect(weights).to.have.members(['128', '128', '256']);
    });
    expect({ ...((await loads()) as object), hosts: await hosts([]) }).to.deep.equal(before);
    expect((await traffic.end()).failures).to.deep.equal([]);
    // Turns are given by weight: of 40 sessions 20, but for where the turns begin.
    expect(await sessionsOn(tried, 40)).to.be.within(18, 22);

    const more = new Traffic(net.url(0));
    await net.write('calc.yaml', calc(changed));
    await eventually(async () => (await hosts(old)).length === 2 && (await hosts([])).length === 2, {
      timeoutMs: 30_000,
    });
    expect(await hosts(old), 'the one that was tried stays').to.include.members(tried);
    await net.until('calc', (status) => isReady(status) && conditionOf(status, 'Canary') === undefined);

    const kept = await hosts([]);
    await net.write('calc.yaml', calc({}, { weight: 10 }));
    await net.until('calc', (status) => isReady(status) && conditionOf(status, 'Canary')?.status === 'True');
    await net.write('calc.yaml', calc(changed, { weight: 10 }));
    await eventually(async () => (await hosts([])).sort().join() === kept.sort().join(), { timeoutMs: 30_000 });
    expect((await more.end()).failures).to.deep.equal([]);
  });
});
