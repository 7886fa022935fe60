import { expect } from 'chai';
import { isAlive } from '../support/marked-processes.ts';
import { startBridge, stop, stopBridges, toy } from './bridge-process.ts';
import { closeClients, connectLegacy, connectModern } from './clients.ts';

describe('bridge, its own life', () => {
  afterEach(closeClients);
  afterEach(stopBridges);

  for (const isolation of ['shared', 'session'] as const) {
    it(`leaves no process behind on SIGTERM, ${isolation}`, async () => {
      const bridge = await startBridge(['--isolation', isolation], toy('--stubborn'));
      const { call } = await connectLegacy(bridge.url);
      const modern = await connectModern(bridge.url);
      await modern.call('echo', { payload: 'x' });
      const grandchild = Number(await call('grandchild'));
      expect(isAlive(grandchild)).to.equal(true);
      const startedAt = performance.now();
      const { code } = await stop(bridge);
      expect(performance.now() - startedAt).to.be.below(2_000);
      expect(code).to.equal(0);
      expect(bridge.offspring()).to.deep.equal([]);
      expect(isAlive(grandchild)).to.equal(false);
    });

    it(`fails at boot with a clear message when the command does not exist, ${isolation}`, async () => {
      const bridge = await startBridge(['--isolation', isolation], ['/no/such/command'], 'spawned');
      expect((await bridge.exited).code).to.equal(1);
      expect(bridge.stderr()).to.match(/bridge: the server process cannot start \/no\/such\/command: .*ENOENT/);
    });

    it(`fails at boot with the child's own words when the command exits, ${isolation}`, async () => {
      const bridge = await startBridge(
        ['--isolation', isolation],
        ['sh', '-c', 'echo no key given >&2; exit 9'],
        'spawned',
      );
      expect((await bridge.exited).code).to.equal(1);
      expect(bridge.stderr()).to.match(/\] no key given\n/);
      expect(bridge.stderr()).to.match(/bridge: the server process exited with code 9/);
    });
  }

  it('exits with 1 and the reason when the shared process dies', async () => {
    const bridge = await startBridge(['--isolation', 'shared'], toy());
    const { call } = await connectLegacy(bridge.url);
    process.kill(Number(await call('pid')), 'SIGKILL');
    expect((await bridge.exited).code).to.equal(1);
    expect(bridge.stderr()).to.match(/bridge: the shared server process killed by SIGKILL/);
    expect(bridge.offspring()).to.deep.equal([]);
  });

  it('says how it is used when it is not used so', async () => {
    for (const [options, words] of [
      [['--isolation', 'none'], /--isolation is shared or session/],
      [['--max-sessions', '0'], /--max-sessions is a whole number from 1/],
      [['--path', 'mcp'], /--path starts with \//],
    ] as const) {
      const bridge = await startBridge(options, toy(), 'spawned');
      expect((await bridge.exited).code).to.equal(2);
      expect(bridge.stderr())
        .to.match(words)
        .and.match(/usage: bridge\.mjs/);
    }
  });
});
