import { expect } from 'chai';
import type { Origin } from '../../operator/core/resource.ts';
import { readmit } from '../../operator/engine/admit.ts';
import { Declarations } from '../../operator/engine/declarations.ts';
import { Store } from '../../operator/engine/store.ts';
import type { ManifestProblem, SourceDocument } from '../../operator/ports/source.ts';
import { documentOf, network, service } from '../fakes/manifests.ts';

const files = 'MCPService/default/files';

function origin(file: string): Origin {
  return { file, line: 1, directory: '/manifests' };
}

function declared(documents: readonly SourceDocument[], problems: readonly ManifestProblem[] = []): Declarations {
  const declarations = new Declarations();
  declarations.replaceAll({ documents, problems, complete: true });
  return declarations;
}

/** A store in which what was declared first is in force, and then these manifests are. */
function stored(before: readonly SourceDocument[], ...after: Parameters<typeof declared>): Store {
  const store = new Store({ allowEmpty: false });
  store.apply({ documents: before, problems: [], complete: true }, false);
  store.apply({ documents: after[0], problems: after[1] ?? [], complete: true }, false);
  return store;
}

function told(problems: readonly ManifestProblem[]): string[] {
  return problems.map(({ file, path, message }) => `${file} ${path} ${message}`);
}

const broken: ManifestProblem = {
  file: 'a.yaml',
  line: 2,
  column: 1,
  path: '',
  message: 'is broken',
  remedy: 'mend it',
};

describe('admission of a snapshot', () => {
  const [first, second] = [documentOf(service('files'), 'a.yaml'), documentOf(service('files'), 'b.yaml')];

  it('takes over what is valid, with the place where it was written', () => {
    const declarations = declared([documentOf(network(), 'n.yaml'), first]);
    expect(declarations.size).to.equal(2);
    expect(declarations.winner('MCPNetwork/default/default', undefined)?.origin.file).to.equal('n.yaml');
    expect(declarations.winner(files, undefined)?.origin).to.deep.equal(origin('a.yaml'));
    expect(declarations.faultyKeys()).to.deep.equal([]);
  });

  it('keeps to the version in force where a resource is declared twice, else to the first', () => {
    const declarations = declared([second, first]);
    const cases = [
      [undefined, 'a.yaml', 'b.yaml'],
      ['a.yaml', 'a.yaml', 'b.yaml'],
      ['b.yaml', 'b.yaml', 'a.yaml'],
      ['gone.yaml', 'a.yaml', 'b.yaml'],
    ] as const;
    for (const [known, winner, loser] of cases) {
      const inForce = known && origin(known);
      expect(declarations.winner(files, inForce)?.origin.file).to.equal(winner);
      expect(declarations.problemsOf(files, inForce)).to.deep.equal([
        {
          file: loser,
          line: 1,
          column: 1,
          path: 'metadata.name',
          message: `service/files is declared in ${winner}:1 as well`,
          remedy: 'rename or remove one of the two',
        },
      ]);
    }
    expect(declarations.faultyKeys()).to.deep.equal([files]);
  });

  it('keeps to the first of two in one file, scan after scan', () => {
    const twice = [service('files', { replicas: 1 }), service('files', { replicas: 2 })];
    const store = new Store({ allowEmpty: false });
    for (let scan = 0; scan < 3; scan++) {
      store.apply({ documents: twice.map((each) => documentOf(each)), problems: [], complete: true }, false);
      expect(store.get(files)).to.have.nested.property('spec.replicas', 1);
    }
  });

  it('puts every mistake down to its resource', () => {
    const declarations = declared([documentOf(service('files', { replicas: 1.5, nonsense: 1 }), 'a.yaml'), second]);
    expect(told(declarations.problemsOf(files, undefined))).to.deep.equal([
      'a.yaml spec.nonsense is not a field',
      'a.yaml spec.replicas must be integer, not number',
    ]);
    expect(declarations.winner(files, undefined)?.origin.file).to.equal('b.yaml');
  });

  it('puts a mistake without a resource down to what its file last declared, unless that is declared elsewhere', () => {
    const alone = stored([first, documentOf(service('other'), 'b.yaml')], [], [broken]);
    expect([alone.faulty(), told(alone.problemsOf(files))]).to.deep.equal([[files], ['a.yaml  is broken']]);
    expect(alone.problems, 'it is one problem').to.deep.equal([broken]);
    const moved = stored([first], [second], [broken]);
    expect([moved.faulty(), moved.problems]).to.deep.equal([[], [broken]]);
    const nameless = stored([first], [documentOf({ ...network(), metadata: {} }, 'a.yaml')]);
    expect(told(nameless.problemsOf(files))).to.deep.equal(['a.yaml metadata lacks the field "name"']);
  });

  it('takes over one file without those beside it', () => {
    const store = stored([], [first, documentOf(service('other'), 'b.yaml')]);
    const reading = { file: 'a.yaml', documents: [documentOf(service('files', { replicas: 2 }), 'a.yaml')] };
    expect(store.applyFile({ ...reading, problems: [], complete: true }, false)).to.deep.equal({
      changed: [files],
      removed: [],
    });
    expect(
      store.applyFile({ file: 'a.yaml', documents: [], problems: [], complete: false }, false).removed,
    ).to.deep.equal([]);
    expect(
      store.applyFile({ file: 'b.yaml', documents: [], problems: [broken], complete: true }, false).removed,
    ).to.deep.equal([]);
    expect([store.faulty(), store.get(files) !== undefined]).to.deep.equal([['MCPService/default/other'], true]);
    const mended = { file: 'b.yaml', documents: [documentOf(service('other'), 'b.yaml')], problems: [] };
    expect(store.applyFile({ ...mended, complete: true }, false).removed).to.deep.equal([files]);
    expect(store.all().map(({ metadata }) => metadata.name)).to.deep.equal(['other']);
  });

  it('validates no document twice', () => {
    let reads = 0;
    const document = documentOf(service('files'), 'a.yaml');
    const watched = new Proxy(document, {
      get: (target, name, self) => (name === 'value' && reads++, Reflect.get(target, name, self) as unknown),
    });
    const declarations = declared([watched]);
    const once = reads;
    expect([...declarations.replaceAll({ documents: [watched], problems: [], complete: true })]).to.deep.equal([]);
    expect([reads, once > 0]).to.deep.equal([once, true]);
  });
});

describe('admission of what was valid once', () => {
  it('completes it by the schema of today, and leaves the original alone', () => {
    const spec = { image: 'tiny:1', transport: 'stdio' };
    expect(readmit('MCPService', spec)).to.deep.include({ image: 'tiny:1', replicas: 1 });
    expect(spec).to.deep.equal({ image: 'tiny:1', transport: 'stdio' });
  });

  it('refuses what is no longer valid, or of no kind', () => {
    expect(readmit('MCPService', { image: 'tiny:1', transport: 'pigeon' })).to.equal(undefined);
    expect(readmit('MCPPigeon', { image: 'tiny:1', transport: 'stdio' })).to.equal(undefined);
  });
});
