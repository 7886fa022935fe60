import { expect } from 'chai';
import { Intake } from '../../operator/engine/intake.ts';
import { Store } from '../../operator/engine/store.ts';
import type { Snapshot } from '../../operator/ports/source.ts';
import { network, service, snapshotOf } from '../fakes/manifests.ts';
import { flush, ManualClock } from '../fakes/manual-clock.ts';

const files = 'MCPService/default/files';

function bench({ owned = false } = {}) {
  const clock = new ManualClock();
  const store = new Store({ allowEmpty: false });
  const abort = new AbortController();
  const applied: (readonly string[])[] = [];
  const told: string[] = [];
  const log =
    (level: string) =>
    (message: string, fields: object = {}): void =>
      void told.push(`${level} ${message} ${JSON.stringify(fields)}`);
  let snapshot: Snapshot = snapshotOf([]);
  let scans = 0;
  const intake = new Intake({
    store,
    clock,
    signal: abort.signal,
    owned: () => owned,
    applied: (keys) => applied.push([...new Set(keys)]),
    logger: { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') },
    sources: [
      {
        name: 'memory',
        scan: async () => {
          scans++;
          return snapshot;
        },
        watch: () => undefined,
      },
    ],
  });
  const brings = async (...input: Parameters<typeof snapshotOf>): Promise<void> => {
    snapshot = snapshotOf(...input);
    await intake.scan();
  };
  return { clock, store, abort, applied, told, intake, brings, scans: () => scans };
}

describe('a snapshot of the manifests', () => {
  it('concerns what is new, what is gone, and what is or was wrong', async () => {
    const { brings, applied } = bench();
    const wrong = service('files', { replicas: 'x' });
    await brings([network(), wrong]);
    await brings([network(), wrong]);
    await brings([network(), service('files')]);
    await brings([network(), service('files')]);
    await brings([network()]);
    expect(applied).to.deep.equal([
      ['MCPNetwork/default/default', files],
      // What is wrong is told at every scan: it may be wrong in another way.
      [files],
      [files],
      [files],
    ]);
  });

  it('concerns nobody, and is applied, when it lets go what was kept', async () => {
    const { brings, applied, store } = bench();
    await brings([], { complete: false });
    expect(store.pruneBlock).to.equal('the manifests could not be read completely');
    await brings([], { complete: false });
    await brings([]);
    await brings([]);
    expect([store.pruneBlock, applied]).to.deep.equal([undefined, [[], []]]);
  });

  it('is suspicious when it is empty and something of ours exists', async () => {
    const { brings, store } = bench({ owned: true });
    await brings([]);
    expect(store.pruneBlock).to.equal('the manifests are suddenly empty; run with --allow-empty if that is meant');
  });

  it('is changed by labels alone, for people select by them', async () => {
    const { brings, applied, store } = bench();
    await brings([service('files')]);
    const manifest = service('files');
    await brings([{ ...manifest, metadata: { name: 'files', labels: { team: 'a' } } }]);
    expect(applied).to.have.lengthOf(2);
    expect(store.get(files)?.metadata.labels).to.deep.equal({ team: 'a' });
  });

  it('is told with what is wrong in it, and as mended once', async () => {
    const { brings, told } = bench();
    await brings([service('files', { replicas: 'x' })]);
    await brings([service('files', { replicas: 'x' }), service('b', { replicas: 'y' })]);
    await brings([service('files')]);
    await brings([service('files')]);
    expect(told).to.deep.equal([
      'warn manifest rejected {"problem":"files.yaml:1:1 spec.replicas must be integer, not string; write a whole number"}',
      'info all manifests are valid again {}',
    ]);
  });

  it('is of no consequence after the end of the operator', async () => {
    const { brings, abort, applied, store, clock, intake, scans } = bench();
    intake.watch();
    abort.abort();
    await brings([service('files')]);
    expect([applied, store.keys()]).to.deep.equal([[], []]);
    const before = scans();
    await clock.advance(60_000);
    expect(scans()).to.equal(before);
  });

  it('is read again every ten seconds', async () => {
    const { clock, intake, scans } = bench();
    intake.watch();
    await clock.advance(9_999);
    expect(scans()).to.equal(0);
    await clock.advance(1);
    expect(scans()).to.equal(1);
    await flush();
    await clock.advance(30_000);
    expect(scans()).to.equal(4);
  });
});
