import { expect } from 'chai';
import { RecordWriter } from '../../operator/engine/record-writer.ts';
import { silentLogger } from '../../operator/ports/logger.ts';
import { flush } from '../fakes/manual-clock.ts';

/** A writer whose writes end when the test says so. */
function bench() {
  const documents = new Map<string, unknown>();
  const written: string[] = [];
  const ends: { resolve: () => void; reject: (error: unknown) => void }[] = [];
  const warnings: unknown[] = [];
  const leads = { yes: true };
  const call = (what: string): Promise<void> => {
    written.push(what);
    return new Promise((resolve, reject) => ends.push({ resolve, reject }));
  };
  const writer = new RecordWriter(
    {
      load: async () => ({ documents: [], damaged: [] }),
      save: (key, document) => call(`save ${key} ${String(document)}`),
      remove: (key) => call(`remove ${key}`),
    },
    { ...silentLogger, warn: (message, fields) => void warnings.push([message, fields]) },
    (key) => documents.get(key),
    () => leads.yes,
  );
  const end = async (error?: unknown): Promise<void> => {
    const last = ends.at(-1);
    if (error === undefined) last?.resolve();
    else last?.reject(error);
    await flush();
  };
  return { documents, written, warnings, writer, end, leads };
}

describe('the writer of records', () => {
  it('writes nothing for one who merely looks', async () => {
    const { documents, written, writer } = bench();
    documents.set('a', 1);
    writer.mark('a');
    await writer.kept('a');
    expect(written).to.deep.equal([]);
    writer.open();
    expect(written).to.deep.equal(['save a 1']);
  });

  it('writes nothing once somebody else leads', async () => {
    const { documents, written, writer, leads } = bench();
    writer.open();
    leads.yes = false;
    documents.set('a', 1);
    writer.mark('a');
    await writer.kept('a');
    expect(written).to.deep.equal([]);
  });

  it('writes one after the other, and of changes that come meanwhile only the last', async () => {
    const { documents, written, writer, end } = bench();
    writer.open();
    for (const value of [1, 2, 3]) {
      documents.set('a', value);
      writer.mark('a');
    }
    writer.mark('b');
    expect(written).to.deep.equal(['save a 1']);
    await end();
    expect(written).to.deep.equal(['save a 1', 'save a 3']);
    await end();
    expect(written).to.deep.equal(['save a 1', 'save a 3', 'remove b']);
    await end();
    await writer.kept('a');
    expect(written).to.have.lengthOf(3);
  });

  it('resolves when the last is written, also what was marked while it wrote', async () => {
    const { documents, writer, end } = bench();
    writer.open();
    documents.set('a', 1);
    writer.mark('a');
    let kept = false;
    const keeping = writer.kept().then(() => {
      kept = true;
    });
    writer.mark('b');
    await end();
    expect(kept).to.equal(false);
    await end();
    await keeping;
    expect(kept).to.equal(true);
  });

  it('tells those who wait for it what could not be kept, until it is; and warns once', async () => {
    const { documents, warnings, writer, end } = bench();
    writer.open();
    documents.set('a', 1);
    for (const error of [new Error('disk full'), 'disk still full']) {
      writer.mark('a');
      await end(error);
    }
    expect(warnings).to.deep.equal([['a record cannot be kept', { key: 'a', fault: 'disk full' }]]);
    expect(await writer.kept('a').catch(String)).to.equal('Error: disk still full');
    expect(await writer.kept('b').catch(String), 'another').to.equal(undefined);
    expect(await writer.kept().catch(String), 'all').to.equal(undefined);
    writer.mark('a');
    await end();
    expect(await writer.kept('a').catch(String)).to.equal(undefined);
    writer.mark('a');
    await end(new Error('full again'));
    expect(warnings).to.have.lengthOf(2);
  });
});
