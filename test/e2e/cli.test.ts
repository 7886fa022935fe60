import { createHash } from 'node:crypto';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { parse } from 'yaml';
import { eventually } from '../support/eventually.ts';
import { tiny } from '../support/manifests.ts';
import { spawnProgram } from '../support/program.ts';
import { useTestNetwork } from '../support/use-test-network.ts';

/** Every regular file below a directory with a digest of its content. */
async function filesBelow(directory: string): Promise<Record<string, string>> {
  const names: string[] = await readdir(directory, { recursive: true }).catch(() => []);
  const entries = await Promise.all(
    names.sort().map(async (name) => {
      const path = join(directory, name);
      if (!(await stat(path)).isFile()) return [name, ''] as const;
      return [
        name,
        createHash('sha256')
          .update(await readFile(path))
          .digest('hex'),
      ] as const;
    }),
  );
  return Object.fromEntries(entries);
}

describe('the command line', function () {
  this.timeout(60_000);
  const net = useTestNetwork();

  before('declare two services, and start nothing', async () => {
    await net.write('files.yaml', tiny('files', { port: net.port(0) }, { labels: { team: 'platform' } }));
    await net.write(
      'memory.yaml',
      tiny(
        'memory',
        { port: net.port(1), replicas: 2, volumes: [{ name: `${net.scope}-data`, mountPath: '/data' }] },
        { labels: { team: 'apps' } },
      ),
    );
  });

  it('plan says what would be done and why, and writes nothing', async () => {
    const events = await net.watchWorld();
    const before = await filesBelow(net.state);
    const { code, stdout } = await net.cli('plan');
    expect(code).to.equal(0);
    expect(stdout).to.match(/^service\/files$/m);
    expect(stdout).to.match(
      /create workload\s+default-haproxy-[0-9a-f]{8}-1|wait\s+workload\s+default-haproxy-[0-9a-f]{8}-1/,
    );
    expect(stdout).to.match(/^\d+ to create, 0 to update, 0 to remove, \d+ waiting$/m);
    expect(await events.seen()).to.deep.equal([]);
    expect(await filesBelow(net.state)).to.deep.equal(before);
  });

  it('get tells without an operator that none runs, and writes nothing', async () => {
    const before = await filesBelow(net.state);
    const { code, stdout, stderr } = await net.cli('get');
    expect(code).to.equal(0);
    expect(stderr).to.include('no operator is running');
    expect(stdout).to.match(/^files\s+False/m);
    expect(await filesBelow(net.state)).to.deep.equal(before);
  });

  it('get -w prints each change until it is interrupted', async () => {
    const watch = spawnProgram(['get', '-w', ...net.flags]);
    let printed = '';
    watch.stdout?.on('data', (chunk: Buffer) => (printed += chunk.toString('utf8')));
    const ended = new Promise<void>((resolve) => watch.once('close', () => resolve()));
    try {
      await eventually(() => /^files\s+False/m.test(printed), { timeoutMs: 15_000 });
      await net.start();
      await eventually(() => /^files\s+True\s+1\/1/m.test(printed) && /^memory\s+True\s+2\/2/m.test(printed), {
        timeoutMs: 30_000,
      });
    } finally {
      watch.kill('SIGINT');
      await ended;
    }
    expect(printed.match(/^NAME /gm), 'the header').to.have.length(1);
    await net.ready('files', 'memory');
    await net.networkReady();
  });

  it('get prints the columns of a table, one row for each service', async () => {
    const { code, stdout } = await net.cli('get');
    expect(code).to.equal(0);
    const [header = '', ...rows] = stdout.trimEnd().split('\n');
    expect(header.trim().split(/\s+/)).to.deep.equal(['NAME', 'READY', 'REPLICAS', 'PROTOCOL', 'URL', 'AGE']);
    expect(rows.map((row) => row.trim().split(/\s+/).slice(0, 5))).to.deep.equal([
      ['files', 'True', '1/1', '2025-11-25', net.url(0).href],
      ['memory', 'True', '2/2', '2025-11-25', net.url(1).href],
    ]);
  });

  it('get prints as JSON and YAML what the running operator knows', async () => {
    const [json, yaml, known] = [
      await net.cli('get', 'all', '-o', 'json'),
      await net.cli('get', 'all', '-o', 'yaml'),
      await net.statuses(),
    ];
    expect((JSON.parse(json.stdout) as { items: unknown }).items).to.deep.equal(known);
    expect((parse(yaml.stdout) as { items: unknown }).items).to.deep.equal(known);
  });

  it('get prints names alone, more columns, networks, and only what is asked for', async () => {
    expect((await net.cli('get', '-o', 'name')).stdout.trim().split('\n')).to.deep.equal([
      'mcpservice/files',
      'mcpservice/memory',
    ]);
    const [header = '', row = ''] = (await net.cli('get', 'files', '-o', 'wide')).stdout.split('\n');
    expect(header.trim().split(/\s+/).slice(6)).to.deep.equal(['SERVER', 'TOOLS', 'INSTANCES']);
    expect(row).to.match(/tiny 1\s+6\s+files-[0-9a-f]{8}-1/);
    expect((await net.cli('get', 'networks', '-o', 'name')).stdout.trim()).to.equal('mcpnetwork/default');
    expect((await net.cli('get', '-l', 'team=apps', '-o', 'name')).stdout.trim()).to.equal('mcpservice/memory');
    expect((await net.cli('get', '-l', 'team=nobody', '-o', 'name')).stdout.trim()).to.equal('');
  });

  it('get prints values of paths and columns of them, one thing by itself, and without a header', async () => {
    const print = async (...args: string[]): Promise<string> => (await net.cli('get', ...args)).stdout;
    expect(await print('files', '-o', 'jsonpath={.port}')).to.equal(`${net.port(0)}\n`);
    expect(JSON.parse(await print('files', '-o', 'json'))).to.deep.equal(await net.status('files'));
    expect(await print('-o', 'jsonpath={range .items[*]}{.metadata.name}={.port};{end}')).to.equal(
      `files=${net.port(0)};memory=${net.port(1)};\n`,
    );
    expect(await print('-o', 'custom-columns=WHO:.metadata.name,TEAM:.metadata.labels.team', '--no-headers')).to.equal(
      'files    platform\nmemory   apps\n',
    );
    expect((await print('--no-headers')).split('\n')[0]).to.match(/^files +True/);
  });

  it('get takes selectors, namespaces, and kinds before names', async () => {
    const names = async (...args: string[]): Promise<string> =>
      (await net.cli('get', ...args, '-o', 'name')).stdout.trim();
    expect(await names('-l', 'team!=apps')).to.equal('mcpservice/files');
    expect(await names('-l', 'team in (apps,nobody),!old')).to.equal('mcpservice/memory');
    expect(await names('-n', 'default', 'service/memory')).to.equal('mcpservice/memory');
    expect(await names('-n', 'elsewhere')).to.equal('');
    expect((await net.cli('get', '-A')).stdout).to.match(/^NAMESPACE +NAME .*\ndefault +files /);
    expect((await names('instances', '-l', 'team=apps')).split('\n')).to.have.length(2);
    expect((await net.cli('get', 'instances')).stdout).to.match(
      /^NAME +OF +PHASE +ADDRESS\n[^]*^memory-[0-9a-f]{8}-2 +memory +ready +\d/m,
    );
  });

  it('says in JSON what it says in words: history, plan and version', async () => {
    const read = async (...args: string[]): Promise<unknown> =>
      JSON.parse((await net.cli(...args, '-o', 'json')).stdout);
    expect(await read('history', 'files')).to.have.nested.property('revisions[0].result', 'Serving');
    expect((await net.cli('history', 'files', '-o', 'jsonpath={.revisions[*].number}')).stdout).to.equal('1\n');
    expect(await read('plan')).to.deep.equal({ steps: [] });
    expect(await read('version')).to.have.nested.property('operator.pid', net.operator.pid);
  });

  it('ends with 2 for what is written wrongly, and says how it is written', async () => {
    for (const args of [['frobnicate'], ['get', '--frobnicate'], ['get', '-o', 'csv'], ['scale', 'files']]) {
      const { code, stderr } = await net.cli(...args);
      expect([args, code]).to.deep.equal([args, 2]);
      expect(stderr).to.include('--help');
    }
  });

  it('ends with 1 for a name that does not exist, and says which', async () => {
    const get = await net.cli('get', 'nonesuch');
    expect([get.code, get.stderr]).to.satisfy(
      ([code, text]: [number, string]) => code === 1 && text.includes('not found: nonesuch'),
    );
    const describe = await net.cli('describe', 'nonesuch');
    expect(describe.code).to.equal(1);
    expect(describe.stderr).to.include('there is no MCPService named "nonesuch"; there are: files, memory');
    expect((await net.cli('frobnicate')).code).to.not.equal(0);
  });

  it('describe shows conditions, instances and events with their causes', async () => {
    const { code, stdout } = await net.cli('describe', 'memory');
    expect(code).to.equal(0);
    for (const type of ['Accepted', 'ResolvedRefs', 'Programmed', 'Available', 'Verified', 'Ready'])
      expect(stdout).to.match(new RegExp(`^  ${type}\\s+True`, 'm'));
    expect(stdout).to.match(/workload\s+memory-[0-9a-f]{8}-2\s+ready\s+\d+\.\d+\.\d+\.\d+/);
    expect(stdout).to.match(/Normal\s+CreatedWorkload\s+1\s+workload memory-[0-9a-f]{8}-1: replica 1 of 2 is missing/);
    expect((await net.cli('describe', 'network/default')).stdout).to.match(/^Kind:\s+MCPNetwork$/m);
  });

  it('plan finds nothing to do once everything is there', async () => {
    expect((await net.cli('plan')).stdout).to.match(
      /^0 to create, 0 to update, 0 to remove, 0 waiting$|nothing to do/m,
    );
  });

  it('validate prints every error with file, line and column and ends with 1, or with 0 if there is none', async () => {
    expect(await net.cli('validate', net.manifests)).to.include({ code: 0, stdout: '3 resources are valid\n' });
    const path = join(net.directory, 'bad.yaml');
    await writeFile(
      path,
      'apiVersion: mcpnet.io/v1alpha1\nkind: MCPService\nmetadata: {name: bad}\nspec:\n  transport: pigeon\n  replicas: two\n---\n[never closed\n',
    );
    const { code, stderr } = await net.cli('validate', path);
    expect(code).to.equal(1);
    const places = stderr
      .trim()
      .split('\n')
      .map((line) => line.replace(`${net.directory}/`, ''));
    expect(
      places.some((line) => line.startsWith('bad.yaml:4:1 spec lacks the field "image"; add spec.image')),
      stderr,
    ).to.equal(true);
    expect(
      places.some((line) => line.startsWith('bad.yaml:5:3 spec.transport is "pigeon"; write one of')),
      stderr,
    ).to.equal(true);
    expect(
      places.some((line) => line.startsWith('bad.yaml:6:3 spec.replicas must be integer')),
      stderr,
    ).to.equal(true);
    expect(
      places.some((line) => /^bad\.yaml:[89]:\d+ is not valid YAML/.test(line)),
      stderr,
    ).to.equal(true);
    expect((await net.cli('validate', join(net.directory, 'absent.yaml'))).code).to.equal(1);
    const told = await net.cli('validate', '-o', 'json', path);
    const document = JSON.parse(told.stdout) as { valid: boolean; problems: { path: string; line: number }[] };
    expect([told.code, told.stderr, document.valid]).to.deep.equal([1, '', false]);
    expect(document.problems.map(({ path: at, line }) => [at, line])).to.deep.include(['spec.replicas', 6]);
    expect((await net.cli('validate', '-o', 'yaml', net.manifests)).stdout).to.match(/^valid: true\nresources: 3\n/);
  });

  it('version tells of the program and of the operator that runs', async () => {
    const { version } = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8')) as {
      version: string;
    };
    const { stdout } = await net.cli('version');
    expect(stdout)
      .to.include(`mcpnet ${version}\n`)
      .and.to.include(`operator ${version} (pid ${net.operator.pid})`)
      .and.to.include('node v24');
  });
});
