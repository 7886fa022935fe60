import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { EngineTap } from '../support/engine-tap.ts';
import { eventually } from '../support/eventually.ts';
import { statusAt } from '../support/http.ts';
import { tiny } from '../support/manifests.ts';
import type { OperatorProcess } from '../support/operator-process.ts';
import { useTestNetwork } from '../support/use-test-network.ts';

const manyRacing = 20;

describe('operators of one scope', function () {
  this.timeout(180_000);
  const net = useTestNetwork();
  let tap: EngineTap;
  const waitsFor = (operator: OperatorProcess, words: string): Promise<unknown> =>
    eventually(() => operator.log.some(({ why }) => String(why).includes(words)), { timeoutMs: 20_000 });
  const leads = async (operator: OperatorProcess): Promise<void> => {
    await eventually(async () => (await net.leader()) === operator.pid, { timeoutMs: 20_000 });
  };

  before('let one lead', async () => {
    tap = new EngineTap(net.directory);
    await net.write('calc.yaml', tiny('calc', { port: net.port(0) }));
    await net.start();
    await net.ready('calc');
  });

  after(() => {
    tap.close();
  });

  it('the second says for whom it waits, and takes over when that one is killed', async function () {
    const first = net.operator;
    const second = net.spawn();
    await waitsFor(second, `pid ${first.pid} holds scope "${net.scope}" on this engine`);
    expect(await net.leader(), 'commands go on talking to the first').to.equal(first.pid);
    expect(first.isRunning).to.equal(true);
    const killedMs = performance.now();
    await first.end('SIGKILL');
    const ledMs = leads(second).then(() => Math.round(performance.now() - killedMs));
    await net.write('calc.yaml', tiny('calc', { port: net.port(0), env: [{ name: 'BY', value: 'second' }] }));
    await eventually(() => second.changes.some((change) => change.startsWith('create workload/calc')), {
      timeoutMs: 20_000,
    });
    const wroteMs = Math.round(performance.now() - killedMs);
    console.log(
      `      after SIGKILL the second led in ${await ledMs} ms, and had made a changed container in ${wroteMs} ms`,
    );
    await net.ready('calc');
  });

  it('one that waits ends at SIGTERM, and one that leads gives way at once', async () => {
    const [first, second] = [net.operator, net.spawn()];
    await waitsFor(second, `pid ${first.pid}`);
    expect(await second.end('SIGTERM')).to.equal(0);
    expect(await net.leader()).to.equal(first.pid);
    const third = net.spawn();
    await waitsFor(third, `pid ${first.pid}`);
    expect(await first.end('SIGTERM')).to.equal(0);
    await leads(third);
  });

  it('exclude each other on two state directories of one scope, and on two scopes of one state directory', async () => {
    const elsewhere = net.spawn(['--state', join(net.directory, 'elsewhere')]);
    const other = net.spawn(['--scope', `${net.scope}-other`]);
    await waitsFor(elsewhere, `holds scope "${net.scope}" on this engine`);
    await waitsFor(other, `holds ${join(net.state, 'operator.lock')}`);
    await Promise.all([elsewhere.end('SIGKILL'), other.end('SIGKILL')]);
  });

  it(`of ${manyRacing} that start at once never two write, however often the one that does is killed`, async () => {
    await Promise.all(net.processes.map((each) => each.end('SIGTERM')));
    const racing = new Map<string, OperatorProcess>();
    for (let index = 0; index < manyRacing; index++) {
      const writer = `racer-${index}`;
      racing.set(writer, net.spawn([], await tap.open(writer)));
    }
    const leaders: string[] = [];
    for (let round = 0; round < 5; round++) {
      await net.write('calc.yaml', tiny('calc', { port: net.port(0), env: [{ name: 'ROUND', value: String(round) }] }));
      const seen = tap.writes.length;
      const pid = await eventually(
        async () => {
          const leader = await net.leader();
          return ![...racing].some(([writer, each]) => each.pid === leader && leaders.includes(writer)) && leader;
        },
        { timeoutMs: 60_000 },
      );
      const [writer, leader] = [...racing].find(([, each]) => each.pid === pid) ?? [];
      await eventually(() => tap.writes.length > seen, { timeoutMs: 60_000 });
      leaders.push(writer ?? '');
      await leader?.end('SIGKILL');
    }
    const turns = tap.writes.map(({ writer }) => writer).filter((writer, index, all) => writer !== all[index - 1]);
    expect(turns, 'each writes in one go, one after the other').to.deep.equal(leaders);
    await Promise.all([...racing.values()].map((each) => each.end('SIGKILL')));
    console.log(`      ${tap.writes.length} writes by ${turns.length} of ${manyRacing} operators, none beside another`);
  });

  it('one whose state directory is removed stops writing, and leads anew on another one', async () => {
    const leader = await net.start();
    await rm(net.state, { recursive: true });
    await eventually(() => leader.log.some(({ message }) => message.startsWith('no longer leads')), {
      timeoutMs: 20_000,
    });
    await eventually(async () => (await net.leader()) === leader.pid, { timeoutMs: 20_000 });
    expect(await statusAt(net.healthUrl(0))).to.equal(200);
  });
});
