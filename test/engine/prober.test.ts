import { expect } from 'chai';
import type { Observed, ProbeSpec } from '../../operator/core/item.ts';
import { Prober } from '../../operator/engine/prober.ts';
import { Readiness } from '../../operator/engine/readiness.ts';
import type { ProbeResult } from '../../operator/ports/prober.ts';
import { seen, server, workload } from '../core/samples.ts';
import { ManualClock } from '../fakes/manual-clock.ts';

const item = { ...workload('a-1'), probe: { kind: 'running', startupTimeoutMs: 5_000 } as ProbeSpec };
const running = seen(item, { phase: 'starting' });

function bench(answer: (spec: ProbeSpec) => ProbeResult) {
  const clock = new ManualClock();
  const readiness = new Readiness();
  const world = { exists: true, sessions: 3 as number | undefined };
  const asked: number[] = [];
  const news: string[] = [];
  const startMs = clock.now();
  const prober = new Prober({
    clock,
    readiness,
    signal: new AbortController().signal,
    probe: async (spec) => {
      asked.push(clock.now() - startMs);
      return answer(spec);
    },
    countSessions: async () => world.sessions,
    exists: () => world.exists,
    news: (id) => news.push(id),
  });
  return { clock, readiness, world, asked, news, prober };
}

const no: ProbeResult = { ok: false, message: 'refused' };

describe('prober', () => {
  it('asks often at first and then patiently, until it is answered', async () => {
    let up = false;
    const { clock, asked, news, prober, readiness } = bench(() => (up ? { ok: true, fields: {} } : no));
    prober.ensure(item, running);
    await clock.advance(1_000);
    expect(asked).to.have.lengthOf(21);
    await clock.advance(29_000);
    const patient = asked.length;
    await clock.advance(10_000);
    expect(asked.length - patient).to.equal(10);
    up = true;
    await clock.advance(1_000);
    expect(readiness.isProven('a-1-i1')).to.equal(true);
    expect(news.at(-1)).to.equal('a-1');
    const answered = asked.length;
    await clock.advance(60_000);
    expect(asked).to.have.lengthOf(answered);
  });

  it('asks once however often it is told to', async () => {
    const { clock, asked, prober } = bench(() => no);
    for (let again = 0; again < 5; again++) prober.ensure(item, running);
    await clock.advance(0);
    expect(asked).to.deep.equal([0]);
  });

  it('tells the first time that a start takes too long, and not every time', async () => {
    const { clock, news, prober } = bench(() => no);
    prober.ensure(item, running);
    await clock.advance(5_000);
    expect(news).to.deep.equal([]);
    await clock.advance(60_000);
    expect(news).to.deep.equal(['a-1']);
  });

  it('stops when the instance is gone, and begins again with another', async () => {
    const { clock, asked, world, prober } = bench(() => no);
    prober.ensure(item, running);
    await clock.advance(100);
    world.exists = false;
    await clock.advance(100);
    const before = asked.length;
    await clock.advance(10_000);
    expect(asked).to.have.lengthOf(before);
    world.exists = true;
    prober.ensure(item, running);
    await clock.advance(0);
    expect(asked).to.have.lengthOf(before + 1);
  });

  it('does not ask what does not run or is proven', async () => {
    const { clock, asked, readiness, prober } = bench(() => no);
    const stopped: Observed = { ...running, fields: { group: 'replicas' } };
    prober.ensure(item, stopped);
    readiness.proven('a-1-i1', {});
    prober.ensure(item, running);
    await clock.advance(1_000);
    expect(asked).to.deep.equal([]);
  });

  it('goes by the newest manifest', async () => {
    const { clock, readiness, prober } = bench((spec) => (spec.kind === 'tcp' ? { ok: true, fields: {} } : no));
    prober.ensure(item, running);
    await clock.advance(1_000);
    prober.ensure({ ...item, probe: { kind: 'tcp', port: 1, startupTimeoutMs: 5_000 } }, running);
    await clock.advance(1_000);
    expect(readiness.isProven('a-1-i1')).to.equal(true);
  });

  it('counts the sessions of a draining replica and tells when the number changes', async () => {
    const { clock, news, world, prober } = bench(() => no);
    const draining = seen(server('a-1'), { phase: 'draining' });
    for (const sessions of [3, 3, 0, undefined]) {
      world.sessions = sessions;
      prober.count(draining);
      await clock.advance(0);
    }
    expect(news).to.deep.equal(['a-1', 'a-1']);
  });
});
