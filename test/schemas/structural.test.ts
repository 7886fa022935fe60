import { expect } from 'chai';
import { customResourceDefinitions, definitionText } from '../../schemas/crds.ts';
import { structural, type JsonSchema } from '../../schemas/structural.ts';

describe('CRDs from the schemas', () => {
  it('give every value a type, and lists of different values the type of a set', () => {
    expect(structural({ enum: ['a', 'b'], default: 'a' })).to.deep.equal({
      type: 'string',
      enum: ['a', 'b'],
      default: 'a',
    });
    expect(structural({ type: 'array', uniqueItems: true, items: { type: 'string' } })).to.deep.equal({
      type: 'array',
      'x-kubernetes-list-type': 'set',
      items: { type: 'string' },
    });
  });

  it('say by a rule what a structural schema cannot', () => {
    const either = structural({ type: 'object', oneOf: [{ required: ['a'] }, { required: ['b'] }] });
    expect(either['x-kubernetes-validations']).to.deep.equal([
      { rule: 'has(self.a) != has(self.b)', message: 'must have exactly one of a and b; keep one of them' },
    ]);
    const implied = structural(
      JSON.parse(
        '{"type":"object","if":{"properties":{"managed":{"const":false}},"required":["managed"]},"then":{"required":["address"]}}',
      ) as JsonSchema,
    );
    expect(implied['x-kubernetes-validations']).to.deep.equal([
      {
        rule: '!has(self.managed) || self.managed != false || has(self.address)',
        message: 'lacks the field "address", which is required where managed is false; add address',
      },
    ]);
  });

  const unsayable: readonly (readonly [string, Record<string, unknown>, RegExp])[] = [
    ['an unknown keyword', { type: 'string', format: 'uri' }, /spec: no way is known to say format/],
    ['a value of any type', { description: 'anything' }, /needs the type of every value/],
    ['numbers without a type', { enum: [1, 2] }, /needs the type of every value/],
    [
      'three branches',
      { type: 'object', oneOf: ['a', 'b', 'c'].map((name) => ({ required: [name] })) },
      /two branches/,
    ],
    ['branches with schemas', { type: 'object', oneOf: [{ required: ['a'] }, { type: 'string' }] }, /two branches/],
    ['an if without a then', { type: 'object', if: { required: ['a'] } }, /constant/],
    [
      'a field far below',
      { type: 'object', properties: { a: { anyOf: [] } } },
      /spec\.a: no way is known to say anyOf/,
    ],
  ];
  for (const [what, schema, error] of unsayable) {
    it(`are not made where ${what} would be lost`, () => {
      expect(() => structural(schema)).to.throw(error);
    });
  }

  it('show what mcpnet get shows, scale as Deployments do, and belong to the category mcp', () => {
    const [network, service] = customResourceDefinitions();
    const version = service?.spec.versions[0];
    const columns = version?.additionalPrinterColumns ?? [];
    expect(columns.filter(({ priority = 0 }) => priority === 0).map(({ name }) => name.toUpperCase())).to.deep.equal([
      'READY',
      'REPLICAS',
      'PROTOCOL',
      'URL',
      'AGE',
    ]);
    expect(version?.subresources).to.have.all.keys('status', 'scale');
    expect([network, service].map((each) => each?.spec.names)).to.deep.equal([
      {
        kind: 'MCPNetwork',
        listKind: 'MCPNetworkList',
        plural: 'mcpnetworks',
        singular: 'mcpnetwork',
        shortNames: ['mcpnet'],
        categories: ['mcp'],
      },
      {
        kind: 'MCPService',
        listKind: 'MCPServiceList',
        plural: 'mcpservices',
        singular: 'mcpservice',
        shortNames: ['mcpsvc'],
        categories: ['mcp'],
      },
    ]);
  });

  it('are one YAML document each, without aliases', () => {
    for (const definition of customResourceDefinitions()) {
      expect(definitionText(definition)).to.match(/^apiVersion: apiextensions\.k8s\.io\/v1\n/);
      expect(definitionText(definition)).to.not.match(/^---|[:-] [&*]a/m);
    }
  });
});
