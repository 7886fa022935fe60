import { expect } from 'chai';
import type { Origin } from '../../operator/core/resource.ts';
import { admitAll, type Admission } from '../../operator/engine/admit-all.ts';
import { readmit } from '../../operator/engine/admit.ts';
import type { ManifestProblem, SourceDocument } from '../../operator/ports/source.ts';
import { documentOf, network, service } from '../fakes/manifests.ts';

const files = 'MCPService/default/files';

function inForce(...entries: readonly (readonly [string, string])[]): Map<string, Origin> {
  return new Map(entries.map(([key, file]) => [key, { file, line: 1, directory: '/manifests' }]));
}

function admitting(
  documents: readonly SourceDocument[],
  known = inForce(),
  problems: readonly ManifestProblem[] = [],
): Admission {
  return admitAll({ documents, problems, complete: true }, known);
}

function told({ problemsByKey }: Admission): Record<string, string[]> {
  return Object.fromEntries(
    [...problemsByKey].map(([key, problems]) => [
      key,
      problems.map(({ file, path, message }) => `${file} ${path} ${message}`),
    ]),
  );
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
    const { accepted, problems } = admitting([documentOf(network(), 'n.yaml'), first]);
    expect([...accepted.keys()]).to.deep.equal(['MCPNetwork/default/default', files]);
    expect(accepted.get(files)?.origin).to.deep.equal({ file: 'a.yaml', line: 1, directory: '/manifests' });
    expect(problems).to.deep.equal([]);
  });

  it('keeps to the version in force where a resource is declared twice, else to the first', () => {
    const cases: readonly (readonly [ReturnType<typeof inForce>, string, string])[] = [
      [inForce(), 'a.yaml', 'b.yaml'],
      [inForce([files, 'a.yaml']), 'a.yaml', 'b.yaml'],
      [inForce([files, 'b.yaml']), 'b.yaml', 'a.yaml'],
      [inForce([files, 'gone.yaml']), 'a.yaml', 'b.yaml'],
    ];
    for (const [known, winner, loser] of cases) {
      const admission = admitting([first, second], known);
      expect(admission.accepted.get(files)?.origin.file).to.equal(winner);
      expect(admission.problems).to.deep.equal([
        {
          file: loser,
          line: 1,
          column: 1,
          path: 'metadata.name',
          message: `service/files is declared in ${winner}:1 as well`,
          remedy: 'rename or remove one of the two',
        },
      ]);
      expect([...admission.problemsByKey.keys()]).to.deep.equal([files]);
    }
  });

  it('puts every mistake down to its resource', () => {
    const admission = admitting([documentOf(service('files', { replicas: 1.5, nonsense: 1 }), 'a.yaml'), second]);
    expect(told(admission)).to.deep.equal({
      [files]: ['a.yaml spec.nonsense is not a field', 'a.yaml spec.replicas must be integer, not number'],
    });
    expect(admission.accepted.get(files)?.origin.file).to.equal('b.yaml');
  });

  it('puts a mistake without a resource down to what its file last declared, unless that is declared elsewhere', () => {
    const known = inForce([files, 'a.yaml'], ['MCPService/default/other', 'b.yaml']);
    const alone = admitting([], known, [broken]);
    expect(told(alone)).to.deep.equal({ [files]: ['a.yaml  is broken'] });
    expect(alone.problems, 'it is one problem').to.deep.equal([broken]);
    const moved = admitting([second], known, [broken]);
    expect([told(moved), moved.problems]).to.deep.equal([{}, [broken]]);
    const nameless = admitting([documentOf({ ...network(), metadata: {} }, 'a.yaml')], known);
    expect(told(nameless)[files]).to.deep.equal(['a.yaml metadata lacks the field "name"']);
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
