import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { expect } from 'chai';
import { service, tiny } from '../support/manifests.ts';
import { installed, runNpmProgram, type NpmProgram } from '../support/npm-program.ts';
import { runProgram, type Outcome } from '../support/program.ts';
import { useTestNetwork } from '../support/use-test-network.ts';

const claude: NpmProgram = {
  package: '@anthropic-ai/claude-code',
  version: '2.1.330',
  file: `@anthropic-ai/claude-code-linux-${process.arch}/claude`,
};
const codex: NpmProgram = { package: '@openai/codex', version: '0.169.0', file: '@openai/codex/bin/codex.js' };
const gemini: NpmProgram = {
  package: '@google/gemini-cli',
  version: '0.61.0',
  file: '@google/gemini-cli/bundle/gemini.js',
};
const inspector: NpmProgram = {
  package: '@modelcontextprotocol/inspector',
  version: '2.12.0',
  file: '@modelcontextprotocol/inspector/clients/launcher/build/index.js',
};
const bridge: NpmProgram = { package: 'mcp-remote', version: '0.15.1', file: 'mcp-remote/dist/proxy.js' };

const names = ['everything', 'old', 'small'];

describe('clients that are told of the services', function () {
  this.timeout(120_000);
  const net = useTestNetwork();
  let home: string;
  const told = (...args: string[]): Promise<Outcome> =>
    runProgram(['client', ...args, ...net.flags], 60_000, {
      HOME: home,
      XDG_CONFIG_HOME: '',
      CODEX_HOME: join(home, '.codex'),
    });
  const ask = (program: NpmProgram, args: string[]): Promise<Outcome> =>
    runNpmProgram(program, args, {
      cwd: join(home, 'project'),
      env: { HOME: home, GEMINI_CLI_TRUST_WORKSPACE: 'true' },
    });

  before('serve one service of each transport, and install the clients', async function () {
    this.timeout(300_000);
    for (const each of [claude, codex, gemini, inspector, bridge]) await installed(each);
    home = join(net.directory, 'home');
    await mkdir(join(home, 'project'), { recursive: true });
    const everything = { image: 'mcpnet/everything:2026.8.31', resources: { memory: '512Mi', pids: 128 } };
    await net.write(
      'services.yaml',
      tiny('small', { port: net.port(0) }),
      service('everything', { ...everything, transport: 'stdio', port: net.port(1) }),
      service('old', {
        ...everything,
        transport: 'sse',
        mcpPort: 3001,
        args: ['sse'],
        env: [{ name: 'PORT', value: '3001' }],
        port: net.port(2),
      }),
    );
    await net.start();
    await net.ready(...names);
  });

  it('Claude Code reports every service as connected', async () => {
    await writeFile(
      join(home, '.claude.json'),
      '{"theme":"dark",\n "mcpServers": {"own":{"type":"stdio","command":"false","args":[]}}}',
    );
    const { code, stdout } = await told('claude-code', '--write');
    expect(code, stdout).to.equal(0);
    expect(await readFile(join(home, '.claude.json'), 'utf8')).to.match(/^\{"theme":"dark",\n "mcpServers": \{"own":/);
    const listed = await ask(claude, ['mcp', 'list']);
    for (const name of names)
      expect(listed.stdout).to.match(new RegExp(`^${name}: http://\\S+ \\((HTTP|SSE)\\) - ✔ Connected`, 'm'));
    expect(listed.stdout).to.match(/^own: false/m);
    expect((await readdir(home)).filter((name) => name.startsWith('.claude.json.mcpnet-backup-'))).to.have.lengthOf(1);
  });

  it("Claude Code's own command, as printed, does the same", async () => {
    const { stdout } = await told('claude-code', 'small', '--shell');
    const [program, ...args] = stdout.trim().split(' ');
    expect(program).to.equal('claude');
    const env = { HOME: join(home, 'other') };
    await mkdir(env.HOME);
    const options = { cwd: env.HOME, env };
    expect((await runNpmProgram(claude, args, options)).code).to.equal(0);
    expect((await runNpmProgram(claude, ['mcp', 'list'], options)).stdout).to.match(/^small: .* Connected/m);
  });

  it('Codex lists every service from its file, whose rest is as it was', async () => {
    const own = '# mine\nmodel = "o3"   # odd\n\n[mcp_servers.own]\ncommand = "false"\n';
    await mkdir(join(home, '.codex'));
    await writeFile(join(home, '.codex', 'config.toml'), own);
    expect((await told('codex', '--write')).code).to.equal(0);
    expect(await readFile(join(home, '.codex', 'config.toml'), 'utf8')).to.satisfy((text: string) =>
      text.startsWith(own),
    );
    const { stdout, stderr } = await ask(codex, ['mcp', 'list', '--json']);
    const listed = JSON.parse(stdout) as {
      name: string;
      enabled: boolean;
      transport: { type: string; url?: string };
    }[];
    expect(listed.map(({ name }) => name).sort(), stderr).to.deep.equal([...names, 'own'].sort());
    expect(listed.find(({ name }) => name === 'small')?.transport).to.include({
      type: 'streamable_http',
      url: net.url(0).href,
    });
    expect(listed.find(({ name }) => name === 'old')?.transport.type).to.equal('stdio');
  });

  it('Gemini CLI reports every service as connected', async () => {
    await mkdir(join(home, '.gemini'));
    await writeFile(join(home, '.gemini', 'settings.json'), '{\n  // mine\n  "ui": { "theme": "x" }\n}\n');
    expect((await told('gemini', '--write')).code).to.equal(0);
    expect(await readFile(join(home, '.gemini', 'settings.json'), 'utf8')).to.include('// mine');
    const { stdout, stderr } = await ask(gemini, ['mcp', 'list']);
    for (const name of names) expect(`${stdout}${stderr}`).to.match(new RegExp(`${name}: .* - Connected`));
  });

  it('the Inspector lists tools by the command that is printed, and by its file', async () => {
    const { stdout } = await told('inspector');
    const lines = stdout.trim().split('\n');
    expect(lines).to.have.lengthOf(names.length);
    for (const line of lines) {
      const [npx, name, ...args] = line.split(' ');
      expect([npx, name]).to.deep.equal(['npx', '@modelcontextprotocol/inspector']);
      expect(await toolsOf(ask(inspector, args)), line).to.include('echo');
    }
    expect((await told('inspector', '--write')).code).to.equal(0);
    const byFile = ask(inspector, ['--cli', '--server', 'old', '--method', 'tools/list']);
    expect(await toolsOf(byFile)).to.include('echo');
  });

  it("Claude Desktop's program reaches every service", async () => {
    const { stdout } = await told('claude-desktop');
    const { mcpServers } = JSON.parse(stdout) as { mcpServers: Record<string, { command: string; args: string[] }> };
    expect(Object.keys(mcpServers).sort()).to.deep.equal(names);
    for (const [name, { command, args }] of Object.entries(mcpServers)) {
      expect([command, ...args.slice(0, 2)]).to.deep.equal(['npx', '-y', 'mcp-remote']);
      expect(await toolsThrough(args.slice(2)), name).to.include('echo');
    }
  });

  it('a second time changes nothing and keeps no copy', async () => {
    const before = await readdir(home);
    const text = await readFile(join(home, '.claude.json'), 'utf8');
    const { code, stdout } = await told('claude-code', '--write');
    expect(code).to.equal(0);
    expect(stdout).to.include('already leads to');
    expect(await readFile(join(home, '.claude.json'), 'utf8')).to.equal(text);
    expect(await readdir(home)).to.deep.equal(before);
  });

  it("somebody's own server of the same name stays unless asked, and a broken file stays as it is", async () => {
    const file = join(home, 'other.json');
    const own = '{"mcpServers":{"small":{"command":"mine"}}}';
    await writeFile(file, own);
    const refused = await told('generic', '--write', '--file', file);
    expect(refused.code).to.equal(1);
    expect(refused.stderr).to.match(/other servers named small.*--replace.*--prefix/);
    expect(await readFile(file, 'utf8')).to.equal(own);
    expect((await told('generic', 'small', '--write', '--file', file, '--prefix', 'net-')).code).to.equal(0);
    expect(JSON.parse(await readFile(file, 'utf8'))).to.deep.equal({
      mcpServers: { small: { command: 'mine' }, 'net-small': { type: 'http', url: net.url(0).href } },
    });
    await writeFile(file, '{"mcpServers":\n  nothing}');
    const broken = await told('generic', '--write', '--file', file);
    expect(broken.code).to.equal(1);
    expect(broken.stderr).to.include(`${file}:2:3`);
    expect(await readFile(file, 'utf8')).to.equal('{"mcpServers":\n  nothing}');
  });

  it('what leads to a service is taken out again, and what does not only if that is asked for', async () => {
    const file = join(home, 'taken.json');
    const own = '{ "mcpServers": { "own": { "command": "mine" } } }\n';
    await writeFile(file, own);
    expect((await told('generic', '--remove', '--file', file)).stdout).to.include('leads to none of our services');
    await told('generic', '--write', '--file', file);
    const { code, stdout } = await told('generic', '--remove', '--file', file);
    expect([code, stdout]).to.satisfy(([, text]: [number, string]) =>
      /no longer leads to everything, old, small/.test(text),
    );
    expect(await readFile(file, 'utf8')).to.equal(own);
    const refused = await told('generic', 'own', '--remove', '--file', file);
    expect(refused.code).to.equal(1);
    expect(refused.stderr).to.match(/own that lead to none of our services.*--replace/);
    expect((await told('generic', 'own', '--remove', '--replace', '--file', file)).code).to.equal(0);
    expect(await readFile(file, 'utf8')).to.equal('{ "mcpServers": {} }\n');
    expect((await told('generic', '--write', '--remove', '--file', file)).stderr).to.include('exclude each other');
  });

  async function toolsOf(run: Promise<Outcome>): Promise<string[]> {
    const { stdout, stderr } = await run;
    const { tools } = JSON.parse(stdout || JSON.stringify({ tools: [{ name: stderr }] })) as {
      tools: { name: string }[];
    };
    return tools.map(({ name }) => name);
  }

  /** What a service offers through the bridge to a client that speaks stdio. */
  async function toolsThrough(args: readonly string[]): Promise<string[]> {
    const client = new Client({ name: 'e2e', version: '1' });
    const file = join(await installed(bridge), 'node_modules', bridge.file);
    await client.connect(
      new StdioClientTransport({
        command: process.execPath,
        args: [file, ...args],
        env: { HOME: home, PATH: process.env['PATH'] ?? '' },
        stderr: 'ignore',
      }),
    );
    try {
      return (await client.listTools()).tools.map(({ name }) => name);
    } finally {
      await client.close();
    }
  }
});
