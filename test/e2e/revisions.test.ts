import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import type { History } from '../../operator/core/history.ts';
import { eventually } from '../support/eventually.ts';
import { askJson } from '../support/http.ts';
import { tiny, type Manifest } from '../support/manifests.ts';
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
    const environments = await net.world.environments('calc');
    return environments.map((all) => all.find((each) => each.startsWith('COLOUR='))?.slice(7) ?? '').sort();
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
    const events = await net.watchWorld();
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
    expect((await fetch(overPort, { method: 'POST' })).status, 'the dashboard port obeys the token only').to.equal(401);
    const shown = await askJson<{ revisions: object[] }>(overPort.replace('pause', 'history'));
    expect(shown.revisions).to.not.have.length(0);
    expect(JSON.stringify(shown), 'specs are for those who may read the socket').to.not.include('COLOUR');
    expect(JSON.stringify(await history())).to.include('COLOUR');
    await net.operator.end('SIGTERM');
    expect(await refused('pause', 'calc')).to.match(/no operator is running on .*; start it: mcpnet up/);
    expect((await net.cli('history', 'calc')).stdout).to.match(/Serving/);
  });
});
