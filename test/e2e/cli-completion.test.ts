import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { expect } from 'chai';
import { eventually } from '../support/eventually.ts';
import { tiny } from '../support/manifests.ts';
import { runProgram } from '../support/program.ts';
import { Shell, type ShellName } from '../support/shell.ts';
import { useTestNetwork } from '../support/use-test-network.ts';

const main = fileURLToPath(new URL('../../operator/main.ts', import.meta.url));

describe('completion in real shells', function () {
  this.timeout(120_000);
  const net = useTestNetwork();
  let shell: Shell | undefined;

  before('serve a service, and have a mcpnet in the path that knows where', async () => {
    await net.write('echo.yaml', tiny('echoing', { port: net.port(0) }));
    await net.start();
    await net.ready('echoing');
    const path = join(net.directory, 'mcpnet');
    await writeFile(
      path,
      `#!/bin/sh\nMCPNET_SCOPE=${net.scope} MCPNET_STATE=${net.state} exec ${process.execPath} ${main} "$@"\n`,
    );
    await chmod(path, 0o755);
  });
  afterEach('close the shell', async () => {
    await shell?.close();
    shell = undefined;
  });

  const loading: Readonly<Record<ShellName, string>> = {
    bash: 'source <(mcpnet completion bash)',
    zsh: 'source <(mcpnet completion zsh)',
    fish: 'mcpnet completion fish | source',
  };
  for (const name of ['bash', 'zsh', 'fish'] as const)
    it(`${name} completes commands, live names, flags and fields at the press of a key`, async () => {
      shell = await Shell.open(name, `${net.directory}:${process.env['PATH']}`, net.directory);
      const opened = shell;
      const completes = async (typed: string, whole: string): Promise<void> => {
        const from = opened.seen.length;
        opened.type(`${typed}\t`);
        const printed = (): string => visible(opened.seen.slice(from));
        await eventually(() => printed().includes(whole) || Promise.reject(new Error(JSON.stringify(printed()))), {
          timeoutMs: 15_000,
        });
        // Ctrl-U takes the line away, for the next one.
        opened.type('\u0015');
      };
      await opened.line(loading[name]);
      await completes('mcpnet descr', 'mcpnet describe');
      await completes('mcpnet describe ech', 'mcpnet describe echoing');
      await completes('mcpnet logs echoing --inst', 'mcpnet logs echoing --instance');
      await completes('mcpnet explain mcpservice.spec.roll', 'mcpnet explain mcpservice.spec.rollout.');
    });

  it('knows names of the last operator where none runs', async () => {
    await net.operator.end('SIGTERM');
    expect((await runProgram(['__complete', ...net.flags, '--', 'describe', 'ech'])).stdout).to.equal('echoing\n');
  });
});

/** Without the movements of the cursor and the colours with which shells redraw their line. */
function visible(text: string): string {
  return stripVTControlCharacters(text)
    .replaceAll(/.[\b]/g, '')
    .replaceAll(/\p{Cc}/gu, '');
}
