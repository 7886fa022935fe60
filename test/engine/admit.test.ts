import { expect } from 'chai';
import fc from 'fast-check';
import { admit } from '../../operator/engine/admit.ts';
import { formatProblem } from '../../operator/ports/source.ts';
import { DirectorySource } from '../../operator/sources/directory.ts';
import { documentOf, network, service } from '../fakes/manifests.ts';
import { TemporaryDirectory } from '../sources/temporary.ts';

const head = 'apiVersion: mcpnet.io/v1alpha1\nkind: MCPService\nmetadata:\n  name: files\n';

describe('admission', () => {
  const directory = new TemporaryDirectory();
  beforeEach(() => directory.create());
  afterEach(() => directory.remove());

  /** Everything said about a manifest, from its file to the message. */
  async function problemsOf(text: string): Promise<string[]> {
    await directory.write('files.yaml', text);
    const { documents, problems } = await new DirectorySource(directory.path).scan();
    const verdicts = documents.map(admit).flatMap((verdict) => (verdict.ok ? [] : verdict.problems));
    return [...problems, ...verdicts].map(formatProblem);
  }

  const table: readonly (readonly [string, string, string])[] = [
    [
      'a field that does not exist, with a suggestion',
      `${head}spec:\n  image: a\n  transport: stdio\n  replica: 2\n`,
      'files.yaml:8:3 spec.replica is not a field; did you mean "replicas"?',
    ],
    [
      'a field that does not exist deep inside a list',
      `${head}spec:\n  image: a\n  transport: stdio\n  env:\n    - name: A\n      valeu: x\n      value: y\n`,
      'files.yaml:10:7 spec.env[0].valeu is not a field; did you mean "value"?',
    ],
    [
      'a field that resembles none, with all that there are',
      `${head}spec:\n  image: a\n  transport: stdio\n  loadBalancing: {zzzzzz: 1}\n`,
      'files.yaml:8:19 spec.loadBalancing.zzzzzz is not a field; remove it, or use one of algorithm, weights',
    ],
    [
      'a text where a number belongs',
      `${head}spec:\n  image: a\n  transport: stdio\n  replicas: two\n`,
      'files.yaml:8:3 spec.replicas must be integer, not string; write a whole number',
    ],
    [
      'a list where an object belongs',
      `${head}spec:\n  image: a\n  transport: stdio\n  stdio: []\n`,
      'files.yaml:8:3 spec.stdio must be object, not array; write an object',
    ],
    [
      'nothing where a text belongs',
      `${head}spec:\n  image:\n  transport: stdio\n`,
      'files.yaml:6:3 spec.image must be string, not null; write a string',
    ],
    [
      'a value that is none of the possible ones',
      `${head}spec:\n  image: a\n  transport: http\n`,
      'files.yaml:7:3 spec.transport is "http"; write one of stdio, streamable-http, sse',
    ],
    [
      'a number outside its limits',
      `${head}spec:\n  image: a\n  transport: stdio\n  replicas: 65\n`,
      "files.yaml:8:3 spec.replicas must be <= 64; see the field's description in the manifest reference",
    ],
    [
      'a field that is missing',
      `${head}spec:\n  image: a\n`,
      'files.yaml:5:1 spec lacks the field "transport"; add spec.transport',
    ],
    ['a whole spec that is missing', head, 'files.yaml:1:1 lacks the field "spec"; add spec'],
    [
      'a form that is not kept',
      `${head}spec:\n  image: a\n  transport: stdio\n  healthCheck: {interval: 5}\n`,
      'files.yaml:8:17 spec.healthCheck.interval must be string, not number; write a string',
    ],
    [
      'a duration without its unit',
      `${head}spec:\n  image: a\n  transport: stdio\n  healthCheck: {interval: '5'}\n`,
      'files.yaml:8:17 spec.healthCheck.interval is "5", which is not of the form ^([0-9]+(\\.[0-9]+)?(ms|s|m|h))+$; see the field\'s description in the manifest reference',
    ],
    [
      'a volume that is both named and of the host',
      `${head}spec:\n  image: a\n  transport: stdio\n  volumes: [{name: a, hostPath: b, mountPath: /c}]\n`,
      'files.yaml:8:13 spec.volumes[0] must have exactly one of name and hostPath; keep one of them',
    ],
    [
      'a volume that is neither',
      `${head}spec:\n  image: a\n  transport: stdio\n  volumes: [{mountPath: /c}]\n`,
      'files.yaml:8:13 spec.volumes[0] must have exactly one of name and hostPath; keep one of them',
    ],
    [
      'an external Consul without an address',
      'apiVersion: mcpnet.io/v1alpha1\nkind: MCPNetwork\nmetadata: {name: a}\nspec: {discovery: {consul: {managed: false}}}\n',
      'files.yaml:4:20 spec.discovery.consul lacks the field "address"; add spec.discovery.consul.address',
    ],
    [
      'another API version',
      'apiVersion: v1\nkind: MCPService\n',
      'files.yaml:1:1 apiVersion is "v1"; write mcpnet.io/v1alpha1',
    ],
    [
      'a kind that does not exist, with a suggestion',
      'apiVersion: mcpnet.io/v1alpha1\nkind: MCPServices\n',
      'files.yaml:2:1 kind "MCPServices" is not a kind of this API; did you mean "MCPService"?',
    ],
    [
      'a kind that no text can be made of',
      'apiVersion: mcpnet.io/v1alpha1\nkind: {toString: 1, valueOf: 1}\n',
      'files.yaml:2:1 kind {"toString":1,"valueOf":1} is not a kind of this API; remove it, or use one of MCPNetwork, MCPService',
    ],
    [
      'a document that is no object',
      '- a\n- b\n',
      'files.yaml:1:1 is not an object; write a mapping with apiVersion, kind, metadata and spec',
    ],
    [
      'broken syntax',
      `${head}spec: {image: a\n`,
      'files.yaml:6:1 is not valid YAML: Expected flow map to end with }; mend the syntax at this place',
    ],
  ];
  for (const [what, text, expected] of table) {
    it(`names ${what}: file, line, column, path, remedy`, async () => {
      expect(
        (await problemsOf(text)).map((line) =>
          line.replace(
            /is not valid YAML: (Flow map|Expected flow map).*?;/,
            'is not valid YAML: Expected flow map to end with };',
          ),
        ),
      ).to.deep.equal([expected]);
    });
  }

  it('names everything that is wrong at once', async () => {
    expect(await problemsOf(`${head}spec:\n  transport: x\n  replicas: 1.5\n  nonsense: 1\n`)).to.have.lengthOf(4);
  });

  it('fills defaults in, and leaves the document as it was written', () => {
    const manifest = service('files');
    const verdict = admit(documentOf(manifest));
    if (!verdict.ok) expect.fail('is not admitted');
    expect(verdict.admitted).to.deep.include({ key: 'MCPService/default/files', kind: 'MCPService' });
    expect(verdict.admitted.spec).to.deep.include({ replicas: 1, mcpPort: 8080, networkRef: { name: 'default' } });
    expect(verdict.admitted.spec).to.have.nested.property('rollout.drainTimeout', '60s');
    expect(manifest).to.deep.equal(service('files'));
  });

  it('knows whose manifest it is even where it is wrong', () => {
    expect(admit(documentOf(service('files', { replicas: 'x' }, 'team')))).to.include({
      ok: false,
      key: 'MCPService/team/files',
    });
    expect(admit(documentOf({ ...network(), metadata: {} }))).to.not.have.property('key');
  });

  it('survives whatever it is given, and never throws', () => {
    const hostile = fc.oneof(
      fc.jsonValue(),
      fc.dictionary(
        fc.constantFrom('apiVersion', 'kind', 'metadata', 'spec', '__proto__', 'constructor'),
        fc.oneof(fc.jsonValue(), fc.constantFrom('mcpnet.io/v1alpha1', 'MCPService', 'MCPNetwork')),
      ),
      fc.jsonValue().map((spec) => ({ ...service('a'), spec })),
      fc
        .dictionary(fc.constantFrom('image', 'replicas', 'env', 'volumes', 'stdio', 'healthCheck', 'x'), fc.jsonValue())
        .map((spec) => service('a', spec)),
    );
    fc.assert(
      fc.property(hostile, (value) => {
        const verdict = admit(documentOf(value));
        expect(verdict.ok || verdict.problems.length > 0).to.equal(true);
      }),
      { seed: 1, numRuns: 300 },
    );
  });

  it('survives a document that contains itself', async () => {
    const lines = await problemsOf(`${head}spec: &spec\n  image: a\n  transport: *spec\n  replicas: *spec\n`);
    expect(lines.length).to.be.greaterThan(0);
    for (const line of lines) expect(line).to.match(/^files\.yaml:\d+:\d+ /);
  });
});
