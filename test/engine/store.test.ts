import { expect } from 'chai';
import { Store } from '../../operator/engine/store.ts';
import { documentOf, network, service, snapshotOf } from '../fakes/manifests.ts';

const files = 'MCPService/default/files';
const memory = 'MCPService/default/memory';
const problem = { file: 'other.yaml', line: 1, column: 1, path: '', message: 'is not valid YAML', remedy: 'mend it' };

function storeOf(...names: string[]): Store {
  const store = new Store({ allowEmpty: false });
  store.apply(snapshotOf(names.map((name) => service(name))), false);
  return store;
}

describe('store', () => {
  it('says which resources are new, changed and removed, and counts their generations', () => {
    const store = new Store({ allowEmpty: false });
    expect(store.apply(snapshotOf([service('files'), service('memory')]), false)).to.deep.equal({
      changed: [files, memory],
      removed: [],
    });
    expect(store.apply(snapshotOf([service('files'), service('memory')]), false)).to.deep.equal({
      changed: [],
      removed: [],
    });
    expect(store.apply(snapshotOf([service('files', { replicas: 2 })]), false)).to.deep.equal({
      changed: [files],
      removed: [memory],
    });
    expect([store.get(files)?.generation, store.get(memory)]).to.deep.equal([2, undefined]);
  });

  it('takes a default that is written out for no change', () => {
    const store = storeOf('files');
    expect(store.apply(snapshotOf([service('files', { replicas: 1, egress: 'none' })]), false).changed).to.deep.equal(
      [],
    );
  });

  it('takes another directory for a change: relative host paths mean something else', () => {
    const store = storeOf('files');
    const moved = { ...documentOf(service('files')), directory: '/elsewhere' };
    expect(store.apply(snapshotOf([], { documents: [moved] }), false).changed).to.deep.equal([files]);
  });

  it('keeps the last good version of a manifest that has become invalid', () => {
    const store = storeOf('files', 'memory');
    expect(store.apply(snapshotOf([service('files', { replicas: 'x' }), service('memory')]), false)).to.deep.equal({
      changed: [],
      removed: [],
    });
    expect(store.get(files)).to.have.nested.property('spec.replicas', 1);
    expect(store.problemsOf(files)).to.have.lengthOf(1);
    expect(store.problemsOf(memory)).to.deep.equal([]);
    store.apply(snapshotOf([service('files', { replicas: 3 }), service('memory')]), false);
    expect([store.problems, store.get(files)?.generation]).to.deep.equal([[], 2]);
  });

  it('accepts what is valid beside what is not', () => {
    const store = storeOf('files');
    expect(
      store.apply(snapshotOf([service('files'), service('memory'), service('bad', { image: 7 })]), false).changed,
    ).to.deep.equal([memory]);
    expect(store.keys()).to.have.members([files, memory, 'MCPService/default/bad']);
  });

  const unsafe: readonly (readonly [string, Parameters<typeof snapshotOf>, RegExp])[] = [
    ['cannot be read completely', [[service('memory')], { complete: false }], /could not be read completely/],
    ['has a problem anywhere', [[service('memory')], { problems: [problem] }], /1 problems? in the manifests/],
    [
      'holds an invalid manifest',
      [[service('memory'), service('bad', { replicas: -1 })]],
      /1 problems? in the manifests/,
    ],
    ['is suddenly empty', [[]], /suddenly empty; run with --allow-empty/],
  ];
  for (const [what, snapshot, reason] of unsafe) {
    it(`removes nothing on the word of a snapshot that ${what}`, () => {
      const store = storeOf('files', 'memory');
      expect(store.apply(snapshotOf(...snapshot), false).removed).to.deep.equal([]);
      expect(store.get(files)).to.not.equal(undefined);
      expect(store.pruneBlock).to.match(reason);
      expect(store.apply(snapshotOf([service('memory')]), false).removed).to.deep.equal([files]);
    });
  }

  it('removes everything where that is meant', () => {
    const store = new Store({ allowEmpty: true });
    store.apply(snapshotOf([service('files')]), false);
    expect(store.apply(snapshotOf([]), true).removed).to.deep.equal([files]);
    expect(store.pruneBlock).to.equal(undefined);
  });

  it('lets nothing be removed before anything was read', () => {
    expect(new Store({ allowEmpty: true }).pruneBlock).to.equal('the manifests have not been read yet');
  });

  it('is suspicious of a first snapshot without a manifest when something of ours exists', () => {
    const [fresh, taken] = [new Store({ allowEmpty: false }), new Store({ allowEmpty: false })];
    fresh.apply(snapshotOf([]), false);
    taken.apply(snapshotOf([]), true);
    expect(fresh.pruneBlock).to.equal(undefined);
    expect(taken.pruneBlock).to.match(/suddenly empty/);
  });

  it('lets the version in force win when a resource is declared twice, and names the other', () => {
    for (const [incumbent, newcomer] of [
      ['a.yaml', 'b.yaml'],
      ['b.yaml', 'a.yaml'],
    ] as const) {
      const store = new Store({ allowEmpty: false });
      const first = documentOf(service('files'), incumbent);
      const second = documentOf(service('files', { replicas: 5 }), newcomer);
      store.apply(snapshotOf([], { documents: [first] }), false);
      store.apply(
        snapshotOf([], { documents: [first, second].toSorted((left, right) => (left.file < right.file ? -1 : 1)) }),
        false,
      );
      expect(store.get(files)).to.have.nested.property('spec.replicas', 1);
      expect(store.problemsOf(files)).to.have.lengthOf(1);
      expect(store.problemsOf(files)[0]).to.deep.include({
        file: newcomer,
        message: `service/files is declared in ${incumbent}:1 as well`,
      });
    }
  });

  it('tells kinds and namespaces of one name apart', () => {
    const store = new Store({ allowEmpty: false });
    store.apply(snapshotOf([service('a'), service('a', {}, 'team'), network('a')]), false);
    expect(store.problems).to.deep.equal([]);
    expect(store.keys()).to.have.lengthOf(3);
  });

  it('knows where a resource stands after its file was renamed', () => {
    const store = storeOf('files');
    const { changed } = store.apply(
      snapshotOf([], { documents: [documentOf(service('files'), 'renamed.yaml')] }),
      false,
    );
    expect(changed).to.deep.equal([]);
    expect(store.get(files))
      .to.deep.include({ generation: 1 })
      .and.to.have.nested.property('origin.file', 'renamed.yaml');
  });
});
