import { spawn } from 'node:child_process';
import { chmod, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { eventually } from '../support/eventually.ts';

const bootstrap = pathToFileURL(join(import.meta.dirname, '../../deploy/local/bootstrap.mjs')).href;

describe('the first start of a checkout', function () {
  this.timeout(30_000);
  let root: string;

  beforeEach('have an npm that takes its time', async () => {
    root = await mkdtemp(join(tmpdir(), 'mcpnet-bootstrap-'));
    await writeFile(join(root, 'npm'), '#!/bin/sh\nwhile [ ! -e go ]; do sleep 0.05; done\nexit "$(cat go)"\n');
    await chmod(join(root, 'npm'), 0o755);
  });
  afterEach(() => rm(root, { recursive: true }));

  for (const [what, status, last] of [
    ['that it is done', 0, /installed in \d+ s\n$/],
    ['nothing more where npm has failed, and ends as it did', 3, /still installing, for \d+ s\n$/],
  ] as const)
    it(`says that it goes on installing, and then ${what}`, async () => {
      const script = `import(${JSON.stringify(bootstrap)}).then(({ installPackages }) => installPackages('.', false, 50))`;
      const child = spawn(process.execPath, ['-e', script], {
        cwd: root,
        env: { ...process.env, PATH: `${root}:${process.env['PATH'] ?? ''}` },
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      let told = '';
      child.stderr.on('data', (chunk: Buffer) => (told += chunk.toString('utf8')));
      const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
      await eventually(() => /^installing .*\nstill installing, for \d+ s$/m.test(told));
      await writeFile(join(root, 'soon'), String(status));
      await rename(join(root, 'soon'), join(root, 'go'));
      expect(await ended, told).to.equal(status);
      expect(told).to.match(last);
    });
});
