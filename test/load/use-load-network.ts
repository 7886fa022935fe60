import type { TestNetwork, TestNetworkOptions } from '../support/test-network.ts';
import { useTestNetwork } from '../support/use-test-network.ts';
import { endLoads } from './rig/start-load.ts';

/** A network for one scenario; a load that its failure has left behind is ended first. */
export function useLoadNetwork(options: TestNetworkOptions = {}): TestNetwork {
  afterEach('end what still asks', endLoads);
  return useTestNetwork(options);
}
