import { execFileSync, spawn } from 'node:child_process';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { docker } from '../support/docker.ts';
import { EngineTap } from '../support/engine-tap.ts';
import { eventually } from '../support/eventually.ts';
import { tiny } from '../support/manifests.ts';
import type { OperatorProcess } from '../support/operator-process.ts';
import { conditionOf } from '../support/test-network.ts';
import { useTestNetwork } from '../support/use-test-network.ts';

describe('an operator that is told to stop', function () {
  this.timeout(120_000);
  const net = useTestNetwork();
  const taps: EngineTap[] = [];
  const tapped = async (name: string): Promise<{ tap: EngineTap; env: Readonly<Record<string, string>> }> => {
    const tap = new EngineTap(net.directory);
    taps.push(tap);
    return { tap, env: await tap.open(name) };
  };
  const stops = async (operator: OperatorProcess): Promise<void> => {
    const startedMs = performance.now();
    expect(await operator.end('SIGTERM')).to.equal(0);
    console.log(`      ended ${Math.round(performance.now() - startedMs)} ms after SIGTERM`);
  };

  after(() => {
    for (const tap of taps) tap.close();
  });

  it('ends while it waits for an engine that does not answer', async () => {
    const { tap, env } = await tapped('silent');
    tap.hang();
    const operator = net.spawn([], env);
    await eventually(() => operator.log.some(({ message }) => message === 'operator starts'), { timeoutMs: 20_000 });
    await stops(operator);
  });

  it('ends during its first list', async () => {
    const { tap, env } = await tapped('slow-list');
    tap.hangsAt = /^GET \S*\/containers\/json/;
    const operator = net.spawn([], env);
    await eventually(async () => (await net.leader()) === operator.pid, { timeoutMs: 20_000 });
    await stops(operator);
  });

  it('ends while a container is being created', async () => {
    const { tap, env } = await tapped('slow-create');
    tap.hangsAt = /^POST \S*\/containers\/create/;
    await net.write('calc.yaml', tiny('calc', { port: net.port(0) }));
    const operator = net.spawn([], env);
    await eventually(() => tap.writes.some(({ what }) => what === 'POST /containers/create'), { timeoutMs: 20_000 });
    await stops(operator);
  });

  it('ends while it looks for the images that it would build', async () => {
    const { tap, env } = await tapped('slow-images');
    tap.hangsAt = /^GET \S*\/images\//;
    const operator = net.spawn([], env, 'start');
    await eventually(() => tap.isHanging, { timeoutMs: 20_000 });
    await stops(operator);
  });

  it('ends a program that it runs for a build together with itself', async () => {
    const script = `const { run } = await import(${JSON.stringify(new URL('../../deploy/images/command.ts', import.meta.url).href)});
      void run('sh', ['-c', 'echo $$ > ${net.directory}/child.pid; exec sleep 300'], { purpose: 'a test', remedy: '' });
      process.once('SIGTERM', () => process.exit(0));`;
    const parent = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: 'inherit' });
    const pid = await eventually(
      async () => Number(await readFile(join(net.directory, 'child.pid'), 'utf8')) || false,
      { timeoutMs: 20_000 },
    );
    parent.kill('SIGTERM');
    await eventually(() => !isAlive(pid), { timeoutMs: 20_000 });
  });
});

describe('files of an operator that is killed while it writes', function () {
  this.timeout(120_000);
  const net = useTestNetwork({ withoutManifest: true });
  const rounds = 12;

  it(`are whole after each of ${rounds} SIGKILLs`, async () => {
    const program = fileURLToPath(new URL('../support/write-for-ever.ts', import.meta.url));
    let read = 0;
    for (let round = 0; round < rounds; round++) {
      const writer = spawn(process.execPath, [program, net.state], { stdio: ['ignore', 'pipe', 'inherit'] });
      const ended = new Promise((resolve) => writer.once('close', resolve));
      await new Promise((resolve) => writer.stdout.once('data', resolve));
      // A random moment is what is wanted here; nothing waits for it.
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 60));
      writer.kill('SIGKILL');
      await ended;
      for (const folder of ['revisions', 'haproxy']) {
        for (const name of await readdir(join(net.state, folder))) {
          if (name.endsWith('.next')) continue;
          const text = await readFile(join(net.state, folder, name), 'utf8');
          const { filler, length } = JSON.parse(text) as { filler: string; length: number };
          expect(filler).to.have.length(length);
          read++;
        }
      }
    }
    expect(read).to.be.above(rounds);
    console.log(`      ${read} files read after ${rounds} kills, every one whole`);
  });
});

describe('a disk that is full', function () {
  this.timeout(120_000);
  const net = useTestNetwork();
  const bytes = 512 * 1024;

  describe('under the state directory', () => {
    before('put the state on a small disk of its own', function () {
      try {
        execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs', net.state], { stdio: 'ignore' });
      } catch {
        console.log('      skipped: mounting a small disk needs root');
        this.skip();
      }
    });
    after('give the disk back', async () => {
      await net.operator.end('SIGTERM');
      for (const { Id } of await net.containers()) await docker.getContainer(Id).remove({ force: true, v: true });
      execFileSync('umount', ['-l', net.state]);
    });

    it('is told in a condition and in the log, loses nothing of what was written, and is over when there is room', async () => {
      await net.write('calc.yaml', tiny('calc', { port: net.port(0) }));
      await net.start();
      await net.ready('calc');
      const config = await readFile(net.haproxy.configPath, 'utf8');
      const ballast = join(net.state, 'ballast');
      // Fails when the disk is full, which is what is wanted.
      await writeFile(ballast, Buffer.alloc(bytes)).catch(() => undefined);
      await net.write('other.yaml', tiny('other', { port: net.port(1) }));
      const status = await net.until('other', (each) => conditionOf(each, 'Ready')?.reason === 'DiskFull');
      expect(conditionOf(status, 'Ready')?.message).to.include('make room');
      expect(
        net.operator.log.some((entry) => entry.level === 'warn' && JSON.stringify(entry).includes('ENOSPC')),
      ).to.equal(true);
      expect(await readFile(net.haproxy.configPath, 'utf8'), 'the old content stays').to.equal(config);
      await net.ready('calc');
      await rm(ballast);
      await net.ready('other', 'calc');
      await eventually(
        async () => (await readdir(join(net.state, 'revisions'))).includes('MCPService.default.other.json'),
        { timeoutMs: 60_000 },
      );
    });
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
