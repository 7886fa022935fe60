import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { tiny } from '../support/manifests.ts';
import { useTestNetwork } from '../support/use-test-network.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const mainProgram = join(root, 'operator/main.ts');

interface Command {
  readonly file: string;
  readonly line: string;
}

/** Lines of the blocks that are marked `sh`: what a reader would copy. */
const commands = (await documents()).flatMap(({ name, content }) =>
  [...content.matchAll(/^```sh\n([^]*?)^```$/gm)].flatMap(([, block = '']) =>
    block
      .split('\n')
      .filter((line) => line.trim() !== '' && !line.startsWith('#'))
      .map((line): Command => ({ file: name, line })),
  ),
);
/** Commands that are named in a sentence or a table. */
const mentions = (await documents()).flatMap(({ name, content }) =>
  [...content.matchAll(/(?:`|^)(?:npx )?mcpnet ([a-z]+[^`\n|]*)/gm)].map(([, line = '']): Command => ({
    file: name,
    line,
  })),
);

describe('commands in the documents', function () {
  this.timeout(60_000);
  const net = useTestNetwork();

  before('the services that the documents speak of run', async () => {
    for (const [index, name] of ['files', 'memory', 'http'].entries())
      await net.write(`${name}.yaml`, tiny(name, { port: net.port(index), replicas: name === 'files' ? 2 : 1 }));
    await net.start();
    await net.ready('files', 'memory', 'http');
    const program = join(net.directory, 'bin', 'mcpnet');
    await mkdir(join(net.directory, 'bin'));
    await writeFile(program, `#!/bin/sh\nexec '${process.execPath}' '${mainProgram}' "$@"\n`);
    await chmod(program, 0o755);
  });

  it('are told when they can be given: once everything is ready, with the address of the dashboard', () => {
    const said = net.operator.log.filter(({ message }) => message === 'everything is ready');
    expect(said).to.have.lengthOf(1);
    expect(said[0]).to.include({ services: 3, dashboard: `http://127.0.0.1:${net.ports.dashboard}/` });
  });

  it('are there at all', () => {
    expect(commands.length).to.be.above(5);
    expect(mentions.length).to.be.above(20);
  });

  for (const { file, line } of unique(commands))
    it(`work: ${line} (${file})`, async () => {
      const { code, output } = await shell(line);
      expect(code, output).to.equal(0);
    });

  for (const { file, line } of unique(mentions))
    it(`exist: mcpnet ${line} (${file})`, async () => {
      const [verb = '', ...words] = line.split(/\s+/);
      const { code, output: whole } = await helpOf(verb);
      expect(code, whole).to.equal(0);
      expect(whole, `a command named ${verb}`).to.match(new RegExp(`Usage: mcpnet ${verb}\\b`));
      const [below = ''] = words;
      const isGroup = new RegExp(`^Commands:$[^]*^  ${below}\\b`, 'm').test(whole);
      const output = below !== '' && isGroup ? (await helpOf(`${verb} ${below}`)).output : whole;
      for (const flag of words.join(' ').match(/(?<![\w-])--[a-z][a-z-]+/g) ?? [])
        expect(output, `${verb} knows ${flag}`).to.include(flag);
    });

  const helps = new Map<string, ReturnType<typeof shell>>();
  function helpOf(verb: string): ReturnType<typeof shell> {
    const known = helps.get(verb) ?? shell(`mcpnet ${verb} --help`);
    helps.set(verb, known);
    return known;
  }

  async function shell(line: string): Promise<{ code: number; output: string }> {
    const mapped = line
      .replaceAll('localhost:11091', `127.0.0.1:${net.ports.dashboard}`)
      .replaceAll('localhost:11090', `127.0.0.1:${net.ports.discovery}`)
      .replaceAll('localhost:11099', `127.0.0.1:${net.ports.statistics}`);
    const child = spawn('sh', ['-c', mapped], {
      cwd: net.directory,
      env: {
        ...process.env,
        PATH: `${join(net.directory, 'bin')}:${process.env['PATH']}`,
        HOME: net.directory,
        MCPNET_SCOPE: net.scope,
        MCPNET_STATE: net.state,
        MCPNET_MANIFESTS: net.manifests,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
      // One that does not end by itself is no command to copy, and must not outlive the test.
      timeout: 50_000,
    });
    const [out, errors, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
    return { code: Number(code), output: out + errors };
  }
});

async function documents(): Promise<{ name: string; content: string }[]> {
  const names = [
    'README.md',
    ...(await readdir(join(root, 'docs'))).filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`),
  ];
  return Promise.all(names.map(async (name) => ({ name, content: await readFile(join(root, name), 'utf8') })));
}

function unique(found: readonly Command[]): Command[] {
  return [...new Map(found.map((command) => [command.line, command])).values()];
}
