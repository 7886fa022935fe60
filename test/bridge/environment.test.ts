import { expect } from 'chai';
import { existsSync } from 'node:fs';
import { type BridgeProcess, startBridge, stop, stopBridges, toy } from './bridge-process.ts';
import { closeClients, connectLegacy } from './clients.ts';

/** Whatever the machine has set. */
const unset = { NODE_OPTIONS: undefined, MALLOC_ARENA_MAX: undefined, NODE_COMPILE_CACHE: undefined };
const ours = '--max-semi-space-size=1 --v8-pool-size=1';
/** A Node that knows none of the options it is given, as an old one would not. */
const oldNode = ['sh', '-c', 'test -z "$NODE_OPTIONS" || exit 9; exec "$0" "$@"', ...toy()];

describe('bridge, the environment of a server', () => {
  afterEach(closeClients);
  afterEach(stopBridges);

  const variables = async ({ url }: BridgeProcess, ...names: string[]) => {
    const { call } = await connectLegacy(url);
    return Promise.all(names.map((name) => call('variable', { name })));
  };

  it('is thrifty where each session has a process', async () => {
    const bridge = await startBridge([], toy(), 'healthy', unset);
    const [options, arenas, cache] = await variables(bridge, 'NODE_OPTIONS', 'MALLOC_ARENA_MAX', 'NODE_COMPILE_CACHE');
    expect([options, arenas]).to.deep.equal([ours, '2']);
    expect(existsSync(String(cache))).to.equal(true);
    await stop(bridge);
    expect(existsSync(String(cache))).to.equal(false);
  });

  it('has no folder of ours where none can be written', async () => {
    const own = { ...unset, TMPDIR: '/no/such/folder' };
    const bridge = await startBridge([], toy(), 'healthy', own);
    expect(await variables(bridge, 'NODE_OPTIONS', 'NODE_COMPILE_CACHE')).to.deep.equal([ours, 'unset']);
  });

  it("is the user's where the user has set it", async () => {
    const own = { NODE_OPTIONS: '', MALLOC_ARENA_MAX: '7', NODE_COMPILE_CACHE: '' };
    const bridge = await startBridge([], toy(), 'healthy', own);
    expect(await variables(bridge, ...Object.keys(own))).to.deep.equal(Object.values(own));
  });

  it("is the bridge's own where one process serves all", async () => {
    const bridge = await startBridge(['--isolation', 'shared'], toy(), 'healthy', unset);
    const names = ['NODE_OPTIONS', 'MALLOC_ARENA_MAX', 'NODE_COMPILE_CACHE'];
    expect(await variables(bridge, ...names)).to.deep.equal(['unset', 'unset', 'unset']);
  });

  it('goes back to plain for a Node that does not know our options', async () => {
    const bridge = await startBridge([], oldNode, 'healthy', unset);
    expect(await variables(bridge, 'NODE_OPTIONS', 'MALLOC_ARENA_MAX')).to.deep.equal(['unset', 'unset']);
  });
});
