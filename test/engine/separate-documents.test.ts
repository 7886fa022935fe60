import { expect } from 'chai';
import { Store } from '../../operator/engine/store.ts';
import type { Snapshot, SourceDocument } from '../../operator/ports/source.ts';
import { documentOf, service, type Manifest } from '../fakes/manifests.ts';

/** An object of a cluster. */
function objectOf(manifest: Manifest, generation = 1): SourceDocument {
  const { name } = manifest['metadata'] as { name: string };
  return {
    ...documentOf(manifest, `mcpservices/default/${name}`),
    directory: '',
    object: { uid: name, generation },
    locate: () => ({ line: 0, column: 0 }),
  };
}

function snapshot(documents: readonly SourceDocument[], more: Partial<Snapshot> = {}): Snapshot {
  return { documents, problems: [], complete: true, areSeparate: true, ...more };
}

describe('a source whose documents stand for themselves', () => {
  const [files, memory] = [service('files'), service('memory')];
  const broken = service('files', { replicas: -1 });
  const key = 'MCPService/default/files';
  let store: Store;

  beforeEach(() => {
    store = new Store({ allowEmpty: false });
    store.apply(snapshot([objectOf(files), objectOf(memory)]), false);
  });

  it('lets one go while another is invalid, whose last good version stays', () => {
    const { removed } = store.apply(snapshot([objectOf(broken, 2)]), true);
    expect(removed).to.deep.equal(['MCPService/default/memory']);
    expect(store.get(key)?.generation).to.equal(1);
    expect(store.problemsOf(key)).to.have.length(1);
  });

  it('lets the invalid one go once it is deleted, too', () => {
    store.apply(snapshot([objectOf(broken, 2), objectOf(memory)]), true);
    expect(store.apply(snapshot([objectOf(memory)]), true).removed).to.deep.equal([key]);
  });

  it('may be empty if somebody has removed everything, and not otherwise', () => {
    expect(store.apply(snapshot([]), true).removed).to.deep.equal([]);
    expect(store.pruneBlock).to.contain('suddenly empty');
    expect(store.apply(snapshot([], { isEmptied: true }), true).removed).to.have.length(2);
  });

  it('lets nothing go while it cannot be read', () => {
    expect(store.apply(snapshot([], { isEmptied: true, complete: false }), true).removed).to.deep.equal([]);
  });

  it('counts generations as the cluster does, be the content the same', () => {
    expect(store.apply(snapshot([objectOf(files, 7), objectOf(memory)]), true).changed).to.deep.equal([key]);
    expect(store.get(key)?.generation).to.equal(7);
  });

  it('refuses host paths that start nowhere, and says so without a line', () => {
    const relative = service('files', { volumes: [{ hostPath: 'data', mountPath: '/data' }] });
    store.apply(snapshot([objectOf(relative, 2), objectOf(memory)]), true);
    const [problem] = store.problemsOf(key);
    expect(problem).to.deep.include({ file: 'mcpservices/default/files', path: 'spec.volumes[0].hostPath' });
    expect(problem?.remedy).to.equal('write an absolute path of the host');
  });
});
