import { expect } from 'chai';
import fc from 'fast-check';
import { Store } from '../../operator/engine/store.ts';
import { service, snapshotOf } from '../fakes/manifests.ts';

const files = 'MCPService/default/files';
const memory = 'MCPService/default/memory';
const directory = { id: 'directory', name: 'the directory ./manifests', takesStrays: true };
const fleet = { id: 'git:fleet', name: 'git fleet', takesStrays: false };

function storeOf({ allowEmpty = false } = {}): Store {
  const store = new Store({ allowEmpty });
  store.expect([directory, fleet]);
  return store;
}

describe('several sources', () => {
  it('leave a resource to the one that brought it first, and tell of the clash with both names', () => {
    const store = storeOf();
    store.apply(snapshotOf([service('files')]), false, fleet.id);
    const { changed } = store.apply(snapshotOf([service('files', { replicas: 5 })]), false, directory.id);
    expect(changed).to.deep.equal([files]);
    expect(store.get(files)).to.have.nested.property('spec.replicas', 1);
    expect(store.clashOf(files)).to.equal(
      'service/files is declared by the directory ./manifests (files.yaml:1) as well; ' +
        'what git fleet (files.yaml:1) says stays in force; remove one of them',
    );
    expect([store.problems, store.pruneBlock]).to.deep.equal([[], undefined]);
  });

  it('hand a resource over when its owner lets it go, and without removing it in between', () => {
    const store = storeOf();
    store.apply(snapshotOf([service('files'), service('memory')]), false, fleet.id);
    store.apply(snapshotOf([service('files', { replicas: 5 })]), false, directory.id);
    expect(store.apply(snapshotOf([service('memory')]), false, fleet.id)).to.deep.equal({
      changed: [files],
      removed: [],
    });
    expect(store.get(files)).to.have.nested.property('spec.replicas', 5);
    expect([store.get(files)?.origin.source, store.clashOf(files)]).to.deep.equal([directory.id, undefined]);
  });

  it('end a clash when the second takes its declaration back', () => {
    const store = storeOf();
    store.apply(snapshotOf([service('files')]), false, fleet.id);
    store.apply(snapshotOf([service('files', { replicas: 5 }), service('memory')]), false, directory.id);
    expect(store.apply(snapshotOf([service('memory')]), false, directory.id).changed).to.deep.equal([files]);
    expect([store.clashOf(files), store.get(files)?.generation]).to.deep.equal([undefined, 1]);
  });

  it('never take away what another brought', () => {
    const store = storeOf({ allowEmpty: true });
    store.apply(snapshotOf([service('files')]), false, fleet.id);
    store.apply(snapshotOf([service('memory')]), false, directory.id);
    expect(store.apply(snapshotOf([]), true, directory.id).removed).to.deep.equal([memory]);
    expect(store.get(files)).to.not.equal(undefined);
  });

  it('keep what belongs to one that cannot be read, even if another declares it meanwhile', () => {
    const store = storeOf();
    store.apply(snapshotOf([service('files')]), false, fleet.id);
    store.apply(snapshotOf([], { complete: false }), false, fleet.id);
    store.apply(snapshotOf([service('files', { replicas: 5 })]), false, directory.id);
    expect(store.get(files)).to.have.nested.property('spec.replicas', 1);
    expect(store.whyKept(memory)).to.match(/could not be read completely/);
    store.apply(snapshotOf([service('memory')]), false, fleet.id);
    expect(store.get(files)).to.have.nested.property('spec.replicas', 5);
  });

  it('remember across operators who brought what, so that a newcomer takes over nothing of it', () => {
    const store = storeOf();
    store.recall(files, fleet.id);
    store.apply(snapshotOf([service('files', { replicas: 5 })]), false, directory.id);
    expect(store.get(files)).to.equal(undefined);
    expect(store.whyKept(files)).to.equal('the manifests have not been read yet');
    store.apply(snapshotOf([service('files')]), false, fleet.id);
    expect(store.get(files)).to.have.nested.property('spec.replicas', 1);
    expect(store.clashOf(files)).to.match(/as well/);
  });

  it('leave what exists to the word of the one that brought it', () => {
    const store = storeOf();
    store.recall(files, fleet.id);
    store.recall(memory, 'git:gone');
    store.apply(snapshotOf([service('other')]), true, directory.id);
    expect(store.whyKept(files)).to.equal('the manifests have not been read yet');
    store.apply(snapshotOf([service('another')]), true, fleet.id);
    expect(store.whyKept(files)).to.equal(undefined);
    expect(store.whyKept(memory)).to.match(/brought by git:gone, which is no source any more.*--allow-empty/);
    expect(store.whyKept('MCPService/default/stray')).to.equal(undefined);
  });

  it('leave strays alone where none of them takes strays', () => {
    const store = new Store({ allowEmpty: false });
    store.expect([fleet]);
    store.apply(snapshotOf([service('files')]), true, fleet.id);
    expect(store.whyKept(memory)).to.match(/nobody knows which source brought it/);
  });

  it('remove only what the last whole snapshot of its owner left out, whatever they say in whatever order', () => {
    const names = ['a', 'b', 'c'];
    const step = fc.record({
      source: fc.constantFrom(directory.id, fleet.id),
      declared: fc.subarray(names),
      complete: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
        const store = storeOf();
        for (const { source, declared, complete } of steps) {
          const before = new Map(store.all().map(({ metadata, origin }) => [metadata.name, origin.source]));
          const { removed } = store.apply(
            snapshotOf(
              declared.map((name) => service(name)),
              { complete },
            ),
            false,
            source,
          );
          for (const key of removed) {
            const name = key.split('/')[2] ?? '';
            expect(before.get(name)).to.equal(source);
            expect([complete, declared.includes(name), declared.length > 0]).to.deep.equal([true, false, true]);
          }
          for (const { metadata, origin } of store.all()) {
            const owner = before.get(metadata.name);
            // It changes hands only by the word of its owner.
            if (owner !== undefined && owner !== origin.source)
              expect([source, declared.includes(metadata.name)]).to.deep.equal([owner, false]);
          }
          // Whoever declares something has it, or somebody else has.
          if (complete && store.pruneBlock === undefined)
            for (const name of declared) expect(store.get(`MCPService/default/${name}`)).to.not.equal(undefined);
        }
      }),
      { numRuns: 300 },
    );
  });
});
