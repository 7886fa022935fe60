import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect } from 'chai';
import type { Traffic } from '../../operator/ports/traffic.ts';
import { silentLogger } from '../../operator/ports/logger.ts';
import { History, type HistoryAnswer } from '../../operator/telemetry/history.ts';
import type { SeenService } from '../../operator/telemetry/sight.ts';
import { ManualClock } from '../fakes/manual-clock.ts';

const key = 'MCPService/default/files';
const traffic: Traffic = {
  sessions: 3,
  requestsPerSecond: 2.5,
  errorsPerSecond: 0,
  requests: 0,
  errors: 0,
  p50Ms: 4,
  p95Ms: 9,
  p99Ms: 20,
};

function seen(name: string, up = true): SeenService {
  const of = `MCPService/default/${name}`;
  return { key: of, name, namespace: 'default', up, replicas: 2, readyReplicas: up ? 2 : 1, instances: [] };
}

describe('history', () => {
  let directory: string;
  let path: string;
  let clock: ManualClock;
  let warnings: string[];
  let opened: History[];

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'mcpnet-history-'));
    path = join(directory, 'history.db');
    clock = new ManualClock();
    warnings = [];
    opened = [];
  });

  afterEach(async () => {
    for (const history of opened) history.close();
    await rm(directory, { recursive: true, force: true });
  });

  function open(mostBytes?: number): History {
    const warn = (message: string, fields?: Record<string, unknown>): void => {
      warnings.push(`${message} ${JSON.stringify(fields)}`);
    };
    const history = new History({
      path,
      clock,
      logger: { ...silentLogger, warn },
      ...(mostBytes !== undefined && { mostBytes }),
    });
    opened.push(history);
    return history;
  }

  async function look(
    history: History,
    times: number,
    services = [seen('files')],
    of: Traffic = traffic,
  ): Promise<void> {
    for (let turn = 0; turn < times; turn++) {
      history.record(services, () => of);
      await clock.advance(10_000);
    }
  }

  function values(answer: HistoryAnswer, field: 'up' | 'sessions' | 'p50Ms' | 'p99Ms' | 'requestsPerSecond'): number[] {
    return (answer.series.find((series) => series.key === key)?.[field] ?? []).filter((value) => value !== null);
  }

  it('has a point for every ten seconds of an hour, and none where nothing was measured', async () => {
    const history = open();
    await look(history, 3);
    await clock.advance(60_000);
    await look(history, 1, [seen('files', false)]);
    const answer = await history.read('1h');
    const [series] = answer.series;
    expect([answer.stepMs, series?.up.length, series?.key]).to.deep.equal([10_000, 360, key]);
    expect(series?.up.slice(-10)).to.deep.equal([1, 1, 1, null, null, null, null, null, null, 0]);
    expect(values(answer, 'requestsPerSecond')[0]).to.equal(2.5);
    expect(values(answer, 'sessions')).to.deep.equal([3, 3, 3, 3]);
  });

  it('keeps means of longer steps, and of the slow answers the slowest', async () => {
    const history = open();
    await look(history, 30, [seen('files')], { ...traffic, p50Ms: 10, p99Ms: 10 });
    await look(history, 30, [seen('files', false)], { ...traffic, p50Ms: 20, p99Ms: 500 });
    await look(history, 6);
    const week = await history.read('7d');
    expect([values(week, 'up'), values(week, 'p50Ms'), values(week, 'p99Ms')]).to.deep.equal([[0.5], [15], [500]]);
    const day = await history.read('24h');
    expect(day.series[0]?.up).to.have.lengthOf(360);
    expect(values(day, 'up').length).to.be.within(3, 4);
    expect((await history.read('7d')).series[0]?.up).to.have.lengthOf(336);
  });

  it('survives a restart, and goes on where it was', async () => {
    const first = open();
    await look(first, 3);
    first.close();
    const second = open();
    await look(second, 3);
    expect(values(await second.read('1h'), 'up')).to.have.lengthOf(6);
  });

  it('keeps what was measured in a step when an operator that starts within it has measured nothing yet', async () => {
    const first = open();
    first.record([seen('files')], () => traffic);
    first.close();
    await clock.advance(3_000);
    const second = open();
    second.record([seen('files')], () => ({ ...traffic, requestsPerSecond: 0 }));
    expect(values(await second.read('1h'), 'requestsPerSecond')).to.deep.equal([2.5]);
  });

  it('tells one series, or all', async () => {
    const history = open();
    await look(history, 2, [seen('files'), seen('other'), seen('third')]);
    expect((await history.read('1h')).series.map((series) => series.key)).to.have.lengthOf(3);
    expect((await history.read('1h', key)).series.map((series) => series.key)).to.deep.equal([key]);
    expect((await history.read('1h', 'MCPService/default/none')).series).to.deep.equal([]);
  });

  it('tells the newest of many marks, in their order: all of them would be megabytes', async () => {
    const history = open();
    history.mark({ key, kind: 'fault', reason: 'First', message: '' });
    for (let number = 0; number < 1_000; number++) {
      await clock.advance(1);
      history.mark({ key: 'MCPService/default/other', kind: 'rollout', reason: `R${number}`, message: '' });
    }
    const { marks } = await history.read('7d');
    expect([marks.length, marks[0]?.reason, marks.at(-1)?.reason]).to.deep.equal([1_000, 'R0', 'R999']);
    expect((await history.read('7d', key)).marks.map(({ reason }) => reason)).to.deep.equal(['First']);
  });

  it('has marks of a key, and of the operator, and one of what flaps', async () => {
    const history = open();
    history.mark({ key: '', kind: 'operator', reason: 'Started', message: 'x' });
    for (let turn = 0; turn < 5; turn++) history.mark({ key, kind: 'fault', reason: 'ReplicaFailed', message: 'died' });
    history.mark({ key: 'MCPService/default/other', kind: 'fault', reason: 'ReplicaFailed', message: 'died' });
    await clock.advance(10_000);
    const { marks } = await history.read('1h', key);
    expect(marks.map(({ kind, message }) => `${kind} ${message}`)).to.deep.equal(['operator x', 'fault died']);
    expect(marks[1]?.at).to.equal(new Date(clock.now() - 10_000).toISOString());
  });

  it('begins anew beside a damaged file, and says so once', async () => {
    await writeFile(path, 'this is no database, and long enough not to be taken for an empty one'.repeat(100));
    const history = open();
    await look(history, 3);
    expect(values(await history.read('1h'), 'up').length).to.be.at.least(2);
    expect(existsSync(`${path}.damaged`)).to.equal(true);
    expect(warnings).to.have.lengthOf(1);
    expect(warnings[0]).to.include('it begins anew');
  });

  it('waits for a file that somebody else has locked', async () => {
    const history = open();
    await look(history, 1);
    const other = new DatabaseSync(path);
    other.exec('BEGIN EXCLUSIVE');
    await look(history, 3);
    expect(warnings).to.have.lengthOf(1);
    other.exec('ROLLBACK');
    other.close();
    await clock.advance(60_000);
    await look(history, 2);
    expect(values(await history.read('1h'), 'up')).to.have.lengthOf(3);
  });

  it('is lost, and nothing else, where nothing can be written', async () => {
    await writeFile(join(directory, 'file'), '');
    path = join(directory, 'file', 'history.db');
    const history = open();
    await look(history, 3);
    expect((await history.read('1h')).series).to.deep.equal([]);
    expect(warnings).to.have.lengthOf(1);
  });

  it('never grows beyond what it may, and lets go the oldest for the newest', async () => {
    const mostBytes = 400_000;
    const history = open(mostBytes);
    const services = Array.from({ length: 100 }, (_, index) => seen(`files${index === 0 ? '' : index}`));
    await look(history, 300, services);
    expect((await stat(path)).size).to.be.at.most(mostBytes);
    const { series } = await history.read('1h', key);
    expect(series[0]?.up.slice(-4)).to.deep.equal([1, 1, 1, 1]);
    expect(warnings).to.deep.equal([]);
  });

  it('lets go what is too old', async () => {
    const history = open();
    await look(history, 6 * 60 * 3);
    const database = new DatabaseSync(path);
    const count = (tier: number): unknown =>
      database.prepare('SELECT count(*) AS count FROM blocks WHERE tier = ?').get(tier)?.['count'];
    expect([count(0), count(1)]).to.deep.equal([421, 179]);
    database.close();
    expect((await stat(path)).size).to.be.lessThan(2 ** 20);
  });
});
