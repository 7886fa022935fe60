import { expect } from 'chai';
import { schemaOf } from '../../operator/cli/explain.ts';
import { explainField, explainTree, fieldNames } from '../../operator/cli/explain-schema.ts';

const service = schemaOf('MCPService');

describe('explain', () => {
  it('tells type, meaning, what may be written, and the default of each field of the schema', () => {
    const text = explainField('MCPService', service, ['spec', 'rollout']);
    expect(text).to.match(
      /^KIND: {5}MCPService\nVERSION: {2}mcpnet\.io\/v1alpha1\n\nFIELD: {4}spec\.rollout <object>$/m,
    );
    expect(text)
      .to.match(/^ {2}strategy <string>$/m)
      .and.to.include('    One of: rolling, recreate\n    Default: "rolling"');
    expect(text)
      .to.match(/^ {2}maxSurge <integer>$/m)
      .and.to.include('    Bounds: at least 1, at most 64\n    Default: 1');
    expect(explainField('MCPService', service, ['spec'])).to.match(/^ {2}image <string> -required-$/m);
  });

  it('goes into lists and maps', () => {
    expect(explainField('MCPService', service, ['spec', 'volumes', 'mountPath'])).to.include('<string> -required-');
    expect(explainTree('MCPService', service, ['metadata'])).to.match(/^ {2}labels <map\[string\]string>$/m);
  });

  it('has a description for every field of every kind', () => {
    for (const kind of ['MCPService', 'MCPNetwork']) {
      const walk = (path: readonly string[]): void => {
        const names = fieldNames(schemaOf(kind), path);
        if (path.length > 0)
          expect(explainField(kind, schemaOf(kind), path), path.join('.')).to.match(/DESCRIPTION:\n {4}\S/);
        for (const name of names) walk([...path, name]);
      };
      walk([]);
    }
  });

  it('lists the whole tree below a field', () => {
    expect(explainTree('MCPService', service, ['spec', 'rollout'])).to.match(
      /^MCPService\.spec\.rollout\n[^]*^ {2}canary <object>\n {4}weight <integer> -required-\n {4}replicas <integer>$/m,
    );
  });

  it('guesses what a wrong name was meant to be', () => {
    expect(() => explainField('MCPService', service, ['spec', 'rolout'])).to.throw(
      'MCPService.spec has no field "rolout"; did you mean "rollout"?',
    );
    expect(() => explainField('MCPService', service, ['spec', 'port', 'x'])).to.throw('it has: none');
  });
});
