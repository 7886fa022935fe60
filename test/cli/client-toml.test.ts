import { expect } from 'chai';
import type { Entry } from '../../operator/cli/clients/client-kind.ts';
import { UnreadableFile } from '../../operator/cli/clients/server-table.ts';
import { tomlFile } from '../../operator/cli/clients/toml-file.ts';

describe('a TOML file of a client', () => {
  const before = `# mine
model = "x" # c

[mcp_servers.own]
command = "a"   # keep
[projects."/root"]
trust = "y"
`;
  const file = tomlFile('mcp_servers');
  const way: Entry = { url: 'http://127.0.0.1:11101/mcp' };

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

  it('is without servers that are taken out, and otherwise the same', () => {
    const put = file.put(before, new Map([['files', way]]));
    expect(file.take(put, ['files', 'absent'])).to.equal(before);
    expect(file.take(put, ['absent'])).to.equal(put);
    expect(file.servers(file.take(put, ['own', 'files']))).to.deep.equal({});
  });
});
