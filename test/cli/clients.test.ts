import { mkdtemp, readdir, readFile, rm, stat, symlink, writeFile, lstat, chmod } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { clientKind, clientKinds } from '../../operator/cli/clients/catalog.ts';
import type { Endpoint, Entry } from '../../operator/cli/clients/client-kind.ts';
import { chooseEndpoints, type Offer } from '../../operator/cli/clients/endpoints.ts';
import { jsonFile } from '../../operator/cli/clients/json-file.ts';
import { insertProperty } from '../../operator/cli/clients/json-insert.ts';
import { mergeInto } from '../../operator/cli/clients/merge.ts';
import { rivals, UnreadableFile } from '../../operator/cli/clients/server-table.ts';
import { tomlFile } from '../../operator/cli/clients/toml-file.ts';

const http: Endpoint = { name: 'files', transport: 'http', url: 'http://127.0.0.1:11101/mcp' };
const sse: Endpoint = { name: 'old', transport: 'sse', url: 'http://127.0.0.1:11102/sse' };
const entry: Entry = { type: 'http', url: http.url };
const ours = new Map([['files', entry]]);

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

describe('a JSON file of a client', () => {
  const before = `{
  // mine
  "servers": {
    "own": { "command": "x",   "args": [ "1" ] }, // odd spaces
  },
  "inputs": [ 1,2 ]
}
`;

  it('gets servers without a change to any other byte', () => {
    const after = jsonFile('servers', 'jsonc').put(before, ours);
    expect(after).to.equal(`{
  // mine
  "servers": {
    "own": { "command": "x",   "args": [ "1" ] },
    "files": {
      "type": "http",
      "url": "http://127.0.0.1:11101/mcp"
    }, // odd spaces
  },
  "inputs": [ 1,2 ]
}
`);
  });

  it('is the same after a second time', () => {
    const file = jsonFile('servers', 'jsonc');
    const once = file.put(before, ours);
    expect(file.put(once, ours)).to.equal(once);
  });

  it('is begun where there is none', () => {
    expect(JSON.parse(jsonFile('mcpServers', 'json').put('', ours))).to.deep.equal({ mcpServers: { files: entry } });
  });

  it('keeps tabs and carriage returns', () => {
    const after = jsonFile('mcpServers', 'json').put('{\r\n\t"a": 1\r\n}\r\n', ours);
    expect(after).to.match(/\r\n\t"mcpServers": \{\r\n\t\t"files"/);
    expect(after.replaceAll('\r\n', '')).to.not.include('\n');
  });

  it('keeps what somebody added to our server, and only the way to it is ours', () => {
    const edited = '{"mcpServers":{"files":{"url":"http://127.0.0.1:1/mcp","command":"x","headers":{"a":"b"}}}}';
    const file = jsonFile('mcpServers', 'json');
    expect(rivals(file.servers(edited), ours)).to.deep.equal(['files']);
    expect(JSON.parse(file.put(edited, ours))).to.deep.equal({
      mcpServers: { files: { ...entry, headers: { a: 'b' } } },
    });
    const same = '{"mcpServers":{"files":{"url":"http://127.0.0.1:11101/mcp","type":"http","disabled":true}}}';
    expect(rivals(file.servers(same), ours)).to.deep.equal([]);
    expect(file.put(same, ours)).to.equal(same);
  });

  const broken: readonly (readonly [string, 'json' | 'jsonc', string, number, number])[] = [
    ['a missing comma', 'json', '{\n  "a": 1\n  "b": 2\n}', 3, 3],
    ['a comment where the client takes none', 'json', '{\n  // no\n}', 2, 3],
    ['an end in the middle', 'jsonc', '{\n  "a": {', 2, 9],
    ['a list', 'json', '[]', 1, 1],
    ['servers that are no object', 'json', '{"mcpServers": []}', 1, 1],
  ];
  for (const [what, form, text, line, column] of broken)
    it(`is left alone with ${what}, and the place is told`, () => {
      expect(() => jsonFile('mcpServers', form).put(text, ours))
        .to.throw(UnreadableFile)
        .that.includes({ line, column });
    });
});

describe('a TOML file of a client', () => {
  const before = `# mine
model = "x" # c

[mcp_servers.own]
command = "a"   # keep
[projects."/root"]
trust = "y"
`;
  const file = tomlFile('mcp_servers');
  const way: Entry = { url: http.url };

  it('gets servers at its end, and is otherwise the same', () => {
    expect(file.put(before, new Map([['files', way]]))).to.equal(
      `${before}\n[mcp_servers.files]\nurl = "http://127.0.0.1:11101/mcp"\n`,
    );
  });

  it('is the same after a second time, and is begun where there is none', () => {
    const once = file.put('', new Map([['files', way]]));
    expect(once).to.equal('[mcp_servers.files]\nurl = "http://127.0.0.1:11101/mcp"\n');
    expect(file.put(once, new Map([['files', way]]))).to.equal(once);
  });

  it('keeps comments and settings of a server whose way changes', () => {
    const old = '[mcp_servers.files]\nurl = "http://127.0.0.1:1/mcp" # here\ntool_timeout_sec = 5\n';
    expect(file.put(old, new Map([['files', way]]))).to.equal(
      '[mcp_servers.files]\nurl = "http://127.0.0.1:11101/mcp" # here\ntool_timeout_sec = 5\n',
    );
  });

  it('gets servers inside of an inline table, which cannot be added to from outside', () => {
    const after = file.put('mcp_servers = { own = { command = "x" } }\n', new Map([['files', way]]));
    expect(file.servers(after)).to.deep.equal({ own: { command: 'x' }, files: way });
  });

  it('is left alone where it is not understood, and the place is told', () => {
    expect(() => file.put('a = 1\nb = = 2\n', new Map([['files', way]])))
      .to.throw(UnreadableFile)
      .with.property('line', 2);
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

describe("merging into a client's file", () => {
  const now = new Date('2026-11-23T13:00:00Z');
  let directory: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'mcpnet-merge-'));
  });
  afterEach(() => rm(directory, { recursive: true }));

  it('keeps what was there beside it, and the mode', async () => {
    const path = join(directory, 'a.json');
    await writeFile(path, 'old');
    await chmod(path, 0o640);
    const merged = await mergeInto(path, () => 'new', now);
    expect(await readFile(path, 'utf8')).to.equal('new');
    expect((await stat(path)).mode & 0o777).to.equal(0o640);
    expect(merged).to.deep.equal({ changed: true, backup: `${path}.mcpnet-backup-20261123T130000Z` });
    expect(await readFile(`${path}.mcpnet-backup-20261123T130000Z`, 'utf8')).to.equal('old');
    expect(await readdir(directory)).to.have.lengthOf(2);
  });

  it('writes nothing where nothing changes, and nothing where the edit refuses', async () => {
    const path = join(directory, 'a.json');
    await writeFile(path, 'same');
    expect(await mergeInto(path, (text) => text, now)).to.deep.equal({ changed: false });
    const refused = await mergeInto(
      path,
      () => {
        throw new Error('no');
      },
      now,
    ).catch((error: Error) => error.message);
    expect(refused).to.equal('no');
    expect(await readdir(directory)).to.deep.equal(['a.json']);
  });

  it('makes the file and its directory where there are none, and follows a link to it', async () => {
    await mergeInto(join(directory, 'deep', 'a.json'), () => 'new', now);
    await symlink(join(directory, 'deep', 'a.json'), join(directory, 'link'));
    await mergeInto(join(directory, 'link'), (text) => `${text}er`, now);
    expect((await lstat(join(directory, 'link'))).isSymbolicLink()).to.equal(true);
    expect(await readFile(join(directory, 'deep', 'a.json'), 'utf8')).to.equal('newer');
  });

  it('takes in what somebody else wrote meanwhile', async () => {
    const path = join(directory, 'a.json');
    await writeFile(path, 'one');
    const { writeFileSync } = await import('node:fs');
    const seen: string[] = [];
    await mergeInto(
      path,
      (text) => {
        if (seen.push(text) === 1) writeFileSync(path, 'two');
        return `${text}+`;
      },
      now,
    );
    expect(seen).to.deep.equal(['one', 'two']);
    expect(await readFile(path, 'utf8')).to.equal('two+');
  });
});

describe('a property that is added to JSON', () => {
  const cases: readonly (readonly [string, string, string])[] = [
    ['on one line where the others are', '{"a": {"x":1}}', '{"a": {"x":1, "k": {"u":"v"}}}'],
    [
      'into an empty object',
      '{\n    "a": {}\n}\n',
      '{\n    "a": {\n        "k": {\n            "u": "v"\n        }\n    }\n}\n',
    ],
    [
      'before a comment in an object without properties',
      '{\n  "a": {\n    // none yet\n  }\n}',
      '{\n  "a": {\n    "k": {\n      "u": "v"\n    }\n    // none yet\n  }\n}',
    ],
  ];
  for (const [what, before, after] of cases)
    it(`stands ${what}`, () => {
      expect(insertProperty(before, ['a'], 'k', { u: 'v' })).to.equal(after);
    });
});
