import { mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { always, eventually } from '../support/eventually.ts';
import { statusAt } from '../support/http.ts';
import { fileText, tiny } from '../support/manifests.ts';
import { useTestNetwork } from '../support/use-test-network.ts';

/** Longer than it takes the operator to notice a change and to look a second time at files that are young. */
const noticedMs = 1_500;

describe('a directory of manifests that is suddenly empty', function () {
  this.timeout(60_000);
  const net = useTestNetwork();
  const files = ['first.yaml', 'network.yaml'];
  let running: string[];

  const move = async (from: string, to: string): Promise<void> => {
    for (const file of files) await rename(join(from, file), join(to, file));
  };
  const unchanged = async (): Promise<void> => {
    expect((await net.containers()).map(({ Id }) => Id).sort()).to.deep.equal(running);
    expect(await statusAt(net.healthUrl(0))).to.equal(200);
  };

  before('serve one', async () => {
    await net.write('first.yaml', tiny('first', { port: net.port(0) }));
    await net.start();
    await net.ready('first');
    await net.networkReady();
    running = (await net.containers()).map(({ Id }) => Id).sort();
  });

  it('removes nothing while it is gone, as an unmounted one is', async () => {
    const away = `${net.manifests}-away`;
    await rename(net.manifests, away);
    await always(unchanged, noticedMs);
    expect((await net.cli('plan')).stderr).to.include('nothing would be removed');
    await rename(away, net.manifests);
    await net.ready('first');
    await unchanged();
  });

  it('removes nothing when all its files vanish, not even after a new start, and says how to mean it', async () => {
    await move(net.manifests, net.directory);
    await always(unchanged, noticedMs);
    expect((await net.cli('plan')).stderr)
      .to.include('suddenly empty')
      .and.to.include('--allow-empty');
    await net.operator.end('SIGTERM');
    await net.start();
    await always(unchanged, noticedMs);
    await move(net.directory, net.manifests);
    await net.ready('first');
    await unchanged();
  });

  it('removes nothing of a directory that is linked in and whose place is gone', async () => {
    const team = join(net.directory, 'team');
    await mkdir(team);
    await writeFile(join(team, 'second.yaml'), fileText([tiny('second', { port: net.port(1) })]));
    await symlink(team, join(net.manifests, 'team'));
    await net.ready('second');
    const before = (await net.containers()).map(({ Id }) => Id).sort();
    await rename(team, `${team}-away`);
    await always(async () => {
      expect((await net.containers()).map(({ Id }) => Id).sort()).to.deep.equal(before);
      expect(await statusAt(net.healthUrl(1))).to.equal(200);
    }, noticedMs);
    await rename(`${team}-away`, team);
    await rm(join(team, 'second.yaml'));
    await eventually(async () => (await net.containers('second')).length === 0, { timeoutMs: 20_000 });
    await unchanged();
    await rm(join(net.manifests, 'team'));
  });

  it('removes everything that it declared with --allow-empty', async () => {
    await net.operator.end('SIGTERM');
    await net.start('--allow-empty');
    await net.ready('first');
    await net.networkReady();
    await move(net.manifests, net.directory);
    await eventually(async () => (await net.containers()).length === 0, { timeoutMs: 20_000 });
  });
});
