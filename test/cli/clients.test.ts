import { expect } from 'chai';
import { clientKind, clientKinds } from '../../operator/cli/clients/catalog.ts';
import type { Endpoint, Entry } from '../../operator/cli/clients/client-kind.ts';
import { chooseEndpoints, type Offer } from '../../operator/cli/clients/endpoints.ts';

const http: Endpoint = { name: 'files', transport: 'http', url: 'http://127.0.0.1:11101/mcp' };
const sse: Endpoint = { name: 'old', transport: 'sse', url: 'http://127.0.0.1:11102/sse' };

describe('the configuration of clients', () => {
  const forms: readonly (readonly [string, Entry, Entry])[] = [
    ['claude-code', { type: 'http', url: http.url }, { type: 'sse', url: sse.url }],
    ['codex', { url: http.url }, { command: 'npx', args: ['-y', 'mcp-remote', sse.url, '--transport', 'sse-only'] }],
    ['vscode', { type: 'http', url: http.url }, { type: 'sse', url: sse.url }],
    ['cursor', { url: http.url }, { url: sse.url }],
    [
      'claude-desktop',
      { command: 'npx', args: ['-y', 'mcp-remote', http.url] },
      { command: 'npx', args: ['-y', 'mcp-remote', sse.url, '--transport', 'sse-only'] },
    ],
    ['gemini', { httpUrl: http.url }, { url: sse.url, type: 'sse' }],
    ['inspector', { type: 'streamable-http', url: http.url }, { type: 'sse', url: sse.url }],
    ['generic', { type: 'http', url: http.url }, { type: 'sse', url: sse.url }],
  ];
  for (const [name, overHttp, overSse] of forms)
    it(`has the form that ${name} reads`, () => {
      expect(clientKind(name).entry(http)).to.deep.equal(overHttp);
      expect(clientKind(name).entry(sse)).to.deep.equal(overSse);
    });

  it('covers every client that is listed', () => {
    expect(forms.map(([name]) => name)).to.deep.equal(clientKinds.map(({ name }) => name));
  });

  it('lets the bridge of Claude Desktop reach another machine without TLS only when asked to', () => {
    const remote = clientKind('claude-desktop').entry({ ...http, url: 'http://10.0.0.7:11101/mcp' });
    expect(remote['args']).to.deep.equal(['-y', 'mcp-remote', 'http://10.0.0.7:11101/mcp', '--allow-http']);
  });

  it('names the clients that there are to who asks for another', () => {
    expect(() => clientKind('emacs')).to.throw(/no client "emacs".*claude-code.*generic/);
  });
});

describe('the choice of services for a client', () => {
  const offer = (name: string, rest: Partial<Offer> = {}): Offer => ({
    name,
    namespace: 'default',
    transport: 'http',
    url: `http://127.0.0.1/${name}`,
    isServing: true,
    message: '',
    ...rest,
  });

  it('is everything that is ready', () => {
    const chosen = chooseEndpoints([offer('a'), offer('b', { isServing: false })], []);
    expect(chosen.map(({ name }) => name)).to.deep.equal(['a']);
  });

  it('is what is named, ready or not', () => {
    expect(chooseEndpoints([offer('a'), offer('b', { isServing: false })], ['b'])).to.have.lengthOf(1);
  });

  it('tells two of one name apart by their namespaces', () => {
    const two = [offer('a'), offer('a', { namespace: 'team' }), offer('b')];
    expect(chooseEndpoints(two, [], 'x-').map(({ name }) => name)).to.deep.equal(['x-default-a', 'x-team-a', 'x-b']);
    expect(() => chooseEndpoints(two, ['a'])).to.throw(/default\/a, team\/a/);
    expect(chooseEndpoints(two, ['team/a'])).to.have.lengthOf(1);
  });

  it('says what there is instead of nothing', () => {
    expect(() => chooseEndpoints([offer('a')], ['z'])).to.throw(/there are: a/);
    expect(() => chooseEndpoints([], [])).to.throw(/no service is declared/);
    expect(() => chooseEndpoints([offer('a', { isServing: false })], [])).to.throw(/no service serves/);
  });
});
