import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import type { History } from '../../operator/core/history.ts';
import { docker } from '../support/docker.ts';
import { eventually } from '../support/eventually.ts';
import { ask, askJson } from '../support/http.ts';
import { tiny, type Manifest } from '../support/manifests.ts';
import { connect } from '../support/mcp-clients.ts';
import { conditionOf, isReady } from '../support/test-network.ts';
import { Traffic } from '../support/traffic.ts';
import { useTestNetwork } from '../support/use-test-network.ts';

describe('revisions under traffic', function () {
  this.timeout(90_000);
  const net = useTestNetwork();
  const calc = (colour: string, spec: Manifest['spec'] = {}): Manifest =>
    tiny('calc', { port: net.port(0), env: [{ name: 'COLOUR', value: colour }], ...spec });

  /** The colours of the containers that exist. */
  const colours = async (): Promise<string[]> => {
    const containers = await net.containers('calc');
    const inspected = await Promise.all(containers.map(({ Id }) => docker.getContainer(Id).inspect()));
    return inspected.map(({ Config }) => Config.Env.find((each) => each.startsWith('COLOUR='))?.slice(7) ?? '').sort();
  };
  const settled = async (colour: string, count = 1): Promise<void> => {
    const wanted = Array.from({ length: count }, () => colour);
    await net.until('calc', isReady);
    await eventually(async () => (await colours()).join() === wanted.join(), { timeoutMs: 30_000 });
    await net.until('calc', isReady);
  };
  const history = async (): Promise<History> =>
    JSON.parse((await net.cli('history', 'calc', '-o', 'json')).stdout) as History;

  before('serve two revisions, one after the other', async () => {
    await net.write('calc.yaml', calc('red'));
    await net.start();
    await settled('red');
    await net.write('calc.yaml', calc('blue'));
    await settled('blue');
  });

  it('are listed with their cause and result, by an operator and without one', async () => {
    const { stdout } = await net.cli('history', 'calc');
    expect(stdout).to.match(
      /^REVISION +RESULT +AGE +CAUSE\n1 +Superseded +\d+s +first declared\n2 +Serving +\d+s +spec\.env changed\n$/,
    );
    const [first, second] = (await history()).revisions;
    expect(first?.plan).to.match(/create (backend|workload) +calc/);
    expect(second).to.include({ result: 'Serving', origin: 'calc.yaml:1' });
    expect(second?.plan).to.include('create workload');
    const file = join(net.state, 'revisions/MCPService.default.calc.json');
    expect(((await stat(file)).mode & 0o777).toString(8)).to.equal('600');
    expect((JSON.parse(await readFile(file, 'utf8')) as History).revisions).to.deep.equal((await history()).revisions);
  });

  it('go back by rollback without a failed request, and stay back over a restart of the operator', async () => {
    const traffic = new Traffic(net.url(0));
    const { code, stdout } = await net.cli('rollback', 'calc');
    expect([code, stdout]).to.satisfy(
      ([exit, text]: [number, string]) => exit === 0 && text.startsWith('calc: revision 3 (rollback to 1) is in force'),
    );
    await settled('red');
    expect(conditionOf(await net.status('calc'), 'Held')).to.include({ status: 'True', reason: 'RolledBack' });
    expect((await net.cli('get')).stdout).to.match(/calc .*RolledBack: revision 3 \(rollback to 1\) is in force/);

    await net.operator.end('SIGKILL');
    const events = await net.watchDocker();
    const operator = await net.start();
    await net.ready('calc');
    expect(await events.seen()).to.deep.equal([]);
    expect(operator.changes).to.deep.equal([]);
    expect((await net.status('calc')).revision).to.equal(3);

    await net.write('calc.yaml', calc('green'));
    await settled('green');
    expect((await traffic.end()).failures).to.deep.equal([]);
    expect((await history()).hold).to.equal(undefined);
    expect((await history()).revisions.map(({ number, result }) => [number, result])).to.deep.equal([
      [1, 'Superseded'],
      [2, 'Superseded'],
      [3, 'Superseded'],
      [4, 'Serving'],
    ]);
  });

  it('wait while a service is paused, which is scaled all the same', async () => {
    const traffic = new Traffic(net.url(0));
    await net.cli('pause', 'calc');
    await net.write('calc.yaml', calc('yellow', { replicas: 2 }));
    await settled('green', 2);
    expect(conditionOf(await net.status('calc'), 'Held')?.message).to.include(
      'spec.env changed; changes wait for: mcpnet resume calc',
    );
    await net.cli('resume', 'calc');
    await settled('yellow', 2);
    expect((await traffic.end()).failures).to.deep.equal([]);
  });

  it('lose one replica by drain to another in its place, without a failed request', async () => {
    const traffic = new Traffic(net.url(0));
    const before = (await net.containers('calc')).map(({ Names }) => Names[0]?.slice(1) ?? '').sort();
    const { stdout } = await net.cli('drain', 'calc/1');
    expect(stdout).to.include(`calc: ${before[0] ?? ''} takes no new sessions`);
    await eventually(
      async () => {
        const now = (await net.containers('calc')).map(({ Names }) => Names[0]?.slice(1) ?? '').sort();
        expect(now).to.deep.equal([before[1], before[0]?.replace(/1$/, '3')]);
      },
      { timeoutMs: 30_000 },
    );
    await net.ready('calc');
    expect((await traffic.end()).failures).to.deep.equal([]);
  });

  it('are not touched by commands that make no sense, which say what would', async () => {
    const refused = async (...args: string[]): Promise<string> => {
      const { code, stderr } = await net.cli(...args);
      expect(code).to.equal(1);
      return stderr.trim();
    };
    expect(await refused('rollback', 'calc', '--to', '99')).to.match(
      /^mcpnet: there is no revision 99 of calc; there are: 1, /,
    );
    expect(await refused('resume', 'calc')).to.match(/neither paused nor rolled back/);
    expect(await refused('drain', 'calc/9')).to.match(/there is no instance "9"; there are: calc-/);
    expect(await refused('pause', 'nonesuch')).to.equal(
      'mcpnet: there is no service named "nonesuch"; there are: calc',
    );
    const overPort = `http://127.0.0.1:${net.ports.dashboard}/api/v1/resources/MCPService/default/calc/pause`;
    expect((await fetch(overPort, { method: 'POST' })).status, 'the dashboard port only shows').to.equal(404);
    const shown = await askJson<{ revisions: object[] }>(overPort.replace('pause', 'history'));
    expect(shown.revisions).to.not.have.length(0);
    expect(JSON.stringify(shown), 'specs are for those who may read the socket').to.not.include('COLOUR');
    expect(JSON.stringify(await history())).to.include('COLOUR');
    await net.operator.end('SIGTERM');
    expect(await refused('pause', 'calc')).to.match(/no operator is running on .*; start it: mcpnet up/);
    expect((await net.cli('history', 'calc')).stdout).to.match(/Serving/);
  });
});

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
    const events = await net.watchDocker();
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
      /revision 3 does not come up, revision 2 goes on serving: /,
    );
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
