import { ensureImages } from '../../deploy/images/ensure.ts';
import { keepArtifacts } from './artifacts.ts';
import { closeClients } from './mcp-clients.ts';
import { docker, ownerLabel, removeScope } from './docker.ts';
import { haveMorePatience } from './patience.ts';
import { endTraffic } from './traffic.ts';
import { TestNetwork, type TestNetworkOptions } from './test-network.ts';

const abandonedAfterMs = 60 * 60 * 1000;
let prepared: Promise<void> | undefined;
/** `MCPNET_TEST_PLATFORM=kubernetes` has the same scenarios run in Pods; docs/platforms.md says which do. */
const onCluster =
  process.env['MCPNET_TEST_PLATFORM'] === 'kubernetes'
    ? (await import('../cluster/pod-network.ts')).usePodNetwork
    : undefined;

/** A network for the tests of one `describe`: open before the first, gone after the last, its traces kept if one fails. */
export function useTestNetwork(options: TestNetworkOptions = {}): TestNetwork {
  before('have patience with a cluster', function () {
    if (onCluster && this.test?.parent) haveMorePatience(this.test.parent);
  });
  const network = onCluster ? onCluster(options) : new TestNetwork(options);
  before("open a network of the tests' own", async function () {
    this.timeout(600_000);
    prepared ??= prepare();
    await prepared;
    await network.open();
  });
  afterEach('keep what tells about a failure', async function () {
    await endTraffic();
    await closeClients();
    if (this.currentTest?.state === 'failed') await keepArtifacts(network, this.currentTest.fullTitle());
  });
  after('remove everything of the scope', async function () {
    this.timeout(60_000);
    const suite = this.test?.parent;
    // A hook that failed leaves its tests without a state, and no test's own hook has kept anything.
    if (suite?.tests.some(({ state, pending }) => state === undefined && !pending))
      await keepArtifacts(network, `${suite.fullTitle()} hook`);
    await network.close();
  });
  return network;
}

async function prepare(): Promise<void> {
  await ensureImages(['default', 'test', 'everything:2026.8.31'], { docker });
  await sweep();
}

/** What a killed run has left. Younger scopes may belong to a run beside this one. */
async function sweep(): Promise<void> {
  const containers = await docker.listContainers({ all: true, filters: { label: [ownerLabel] } });
  const old = containers.filter(({ Created }) => Date.now() - Created * 1000 > abandonedAfterMs);
  const scopes = new Set(
    old.map(({ Labels }) => Labels[ownerLabel] ?? '').filter((scope) => /^e2e-[0-9a-f]{8}$/.test(scope)),
  );
  for (const scope of scopes) await removeScope(scope, [`${scope}-frontend`, `${scope}-internal`]);
}
