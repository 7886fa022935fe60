import { expect } from 'chai';
import type { Observed, ProbeSpec } from '../../operator/core/item.ts';
import { Prober } from '../../operator/engine/prober.ts';
import { Readiness } from '../../operator/engine/readiness.ts';
import type { ProbeResult } from '../../operator/ports/prober.ts';
import { seen, server, workload } from '../core/samples.ts';
import { flush, ManualClock } from '../fakes/manual-clock.ts';

const item = { ...workload('a-1'), probe: { kind: 'running', startupTimeoutMs: 5_000 } as ProbeSpec };
const running = seen(item, { phase: 'starting' });
const nameless: readonly Observed[] = [
  { ...running, fields: { address: '10.0.0.3' } },
  { ...running, fields: { instance: 'i1' } },
];

/** A prober whose questions are answered when the test says so. */
function bench() {
  const clock = new ManualClock();
  const readiness = new Readiness();
  const abort = new AbortController();
  const asked: string[] = [];
  const news: string[] = [];
  const probes: ((result: ProbeResult) => void)[] = [];
  const counts: ((sessions: number | undefined) => void)[] = [];
  const prober = new Prober({
    clock,
    readiness,
    signal: abort.signal,
    probe: (_spec, address) => {
      asked.push(address);
      return new Promise((resolve) => probes.push(resolve));
    },
    countSessions: (address, port) => {
      asked.push(`${address}:${port}`);
      return new Promise((resolve) => counts.push(resolve));
    },
    exists: () => true,
    news: (id) => news.push(id),
  });
  const answer = async (result: ProbeResult): Promise<void> => {
    probes.at(-1)?.(result);
    await flush();
  };
  const count = async (sessions: number | undefined): Promise<void> => {
    counts.at(-1)?.(sessions);
    await flush();
  };
  return { clock, readiness, abort, asked, news, prober, answer, count };
}

describe('a probe', () => {
  it('is for one who only looks made once, and tells nobody', async () => {
    const { clock, readiness, asked, news, prober, answer } = bench();
    const looking = prober.once(item, running);
    await answer({ ok: false, message: 'refused' });
    await looking;
    await clock.advance(60_000);
    expect([asked, news, readiness.isProven('a-1-i1')]).to.deep.equal([['10.0.0.3'], [], false]);
    expect(readiness.overlay(running, undefined), 'it is not held against it').to.deep.equal(running);
    const again = prober.once(item, running);
    await answer({ ok: true, fields: { serverName: 'tiny' } });
    await again;
    expect(readiness.overlay(running, undefined)).to.deep.include({ phase: 'ready' });
    expect(news).to.deep.equal([]);
  });

  it('is made of nobody without a name or a place', async () => {
    const { asked, prober } = bench();
    for (const observed of nameless) {
      prober.ensure(item, observed);
      await prober.once(item, observed);
    }
    expect(asked).to.deep.equal([]);
  });

  it('that is answered after the end of the operator is of no consequence', async () => {
    for (const result of [
      { ok: true, fields: {} },
      { ok: false, message: 'refused' },
    ] as const) {
      const { clock, readiness, abort, asked, news, prober, answer } = bench();
      prober.ensure(item, running);
      abort.abort();
      await answer(result);
      await clock.advance(60_000);
      expect([asked.length, news, readiness.isProven('a-1-i1')]).to.deep.equal([1, [], false]);
    }
  });

  it('is called overdue only after the whole of its time', async () => {
    const { clock, readiness, news, prober, answer } = bench();
    prober.ensure(item, running);
    await clock.advance(5_000);
    await answer({ ok: false, message: 'refused' });
    expect([news, readiness.overlay(running, undefined).phase]).to.deep.equal([[], 'starting']);
    await clock.advance(50);
    await answer({ ok: false, message: 'refused' });
    expect([news, readiness.overlay(running, undefined).phase]).to.deep.equal([['a-1'], 'failed']);
  });

  it('comes often until ten seconds have passed, and then every second', async () => {
    const { clock, asked, prober, answer } = bench();
    prober.ensure(item, running);
    await clock.advance(9_999);
    await answer({ ok: false, message: 'refused' });
    await clock.advance(50);
    expect(asked).to.have.lengthOf(2);
    await answer({ ok: false, message: 'refused' });
    await clock.advance(999);
    expect(asked).to.have.lengthOf(2);
    await clock.advance(1);
    expect(asked).to.have.lengthOf(3);
  });
});

describe('a count of sessions', () => {
  const fields = { instance: 'i1', address: '10.0.0.9', port: '8080' };
  const draining = seen(server('a-1'), { phase: 'draining', fields });

  it('is asked for at the port of the server, once at a time, and told to its workload', async () => {
    const { asked, news, readiness, prober, count } = bench();
    prober.count(draining);
    prober.count(draining);
    expect(asked).to.deep.equal(['10.0.0.9:8080']);
    await count(3);
    expect(news).to.deep.equal(['a-1']);
    expect(readiness.overlay(draining, undefined).fields['sessions']).to.equal('3');
    prober.count(draining);
    await count(undefined);
    expect(asked).to.have.lengthOf(2);
    expect(readiness.overlay(draining, undefined).fields['sessions'], 'no answer is no number').to.equal('3');
  });

  it('is asked of nobody without a name or a place', () => {
    const { asked, prober } = bench();
    prober.count({ ...draining, fields: { address: '10.0.0.9', port: '8080' } });
    prober.count({ ...draining, fields: { instance: 'i1', port: '8080' } });
    expect(asked).to.deep.equal([]);
  });

  it('is told to the server itself where it names no workload', async () => {
    const { news, prober, count } = bench();
    const { workload: _workload, ...orphan } = draining;
    prober.count({ ...orphan, id: 'orphan' });
    await count(1);
    expect(news).to.deep.equal(['orphan']);
  });
});
