import { expect } from 'chai';
import { Intake } from '../../operator/engine/intake.ts';
import { Store } from '../../operator/engine/store.ts';
import type { Snapshot } from '../../operator/ports/source.ts';
import { service, snapshotOf } from '../fakes/manifests.ts';
import { flush, ManualClock } from '../fakes/manual-clock.ts';

/** An intake of some sources whose scans end when the test says so. */
function bench(sources = 1) {
  const clock = new ManualClock();
  const store = new Store({ allowEmpty: false });
  const scans: ((snapshot: Snapshot) => void)[] = [];
  const applied: string[] = [];
  const logged: string[] = [];
  const log = (level: string) => (message: string) => void logged.push(`${level} ${message}`);
  const hints: (() => void)[] = [];
  const intake = new Intake({
    store,
    clock,
    signal: new AbortController().signal,
    owned: () => false,
    applied: (keys) => applied.push(keys.join(' ')),
    logger: { error: log('error'), warn: log('warn'), info: log('info'), debug: () => undefined },
    sources: Array.from({ length: sources }, (_, index) => ({
      name: String(index),
      scan: () => new Promise((resolve) => scans.push(resolve)),
      watch: (changed) => void hints.push(changed),
    })),
  });
  const answer = async (...values: Parameters<typeof snapshotOf>): Promise<void> => {
    scans.shift()?.(snapshotOf(...values));
    await flush();
  };
  return { clock, store, scans, applied, logged, hints, intake, answer };
}

describe('intake', () => {
  it('scans once at a time, and exactly once more when a change came meanwhile', async () => {
    const { intake, scans, answer, store } = bench();
    for (let again = 0; again < 5; again++) void intake.scan();
    expect(scans).to.have.lengthOf(1);
    await answer([service('old')]);
    expect(scans).to.have.lengthOf(1);
    await answer([service('new')]);
    expect(scans).to.have.lengthOf(0);
    expect(store.all().map(({ metadata }) => metadata.name)).to.deep.equal(['new']);
  });

  it('scans on every hint, and by itself from time to time', async () => {
    const { intake, scans, answer, hints, clock } = bench();
    intake.watch();
    hints[0]?.();
    expect(scans).to.have.lengthOf(1);
    await answer([]);
    await clock.advance(10_000);
    expect(scans).to.have.lengthOf(1);
    await answer([]);
    await clock.advance(10_000);
    expect(scans).to.have.lengthOf(1);
  });

  it('tells which keys a scan is news for, and keeps silent when it brings none', async () => {
    const { intake, answer, applied } = bench();
    for (const values of [[service('a')], [service('a')], [service('a', { replicas: 2 })], []]) {
      void intake.scan();
      await answer(values);
    }
    expect(applied).to.deep.equal(['MCPService/default/a', 'MCPService/default/a', '']);
  });

  it('prunes on the word of the source that brought something, whatever the others cannot tell', async () => {
    const { intake, answer, store } = bench(2);
    const names = (): string[] => store.all().map(({ metadata }) => metadata.name);
    void intake.scan();
    await answer([service('a'), service('b')]);
    await answer([service('c'), service('d')]);
    void intake.scan();
    await answer([service('a')], { complete: false });
    await answer([service('c')]);
    expect(names()).to.have.members(['a', 'b', 'c']);
    expect(store.pruneBlock).to.equal('0: the manifests could not be read completely');
  });

  it('waits with one source for none of the others', async () => {
    const { intake, scans, store } = bench(2);
    void intake.scan();
    scans[1]?.(snapshotOf([service('b')]));
    await flush();
    expect(store.all().map(({ metadata }) => metadata.name)).to.deep.equal(['b']);
  });

  it('logs a problem when it appears and when all are mended, and not in between', async () => {
    const { intake, answer, logged } = bench();
    for (const replicas of [1, 'x', 'x', 2, 2]) {
      void intake.scan();
      await answer([service('a', { replicas })]);
    }
    expect(logged).to.deep.equal(['warn manifest rejected', 'info all manifests are valid again']);
  });
});
