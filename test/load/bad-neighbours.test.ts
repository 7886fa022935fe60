import { expect } from 'chai';
import { badNeighbours } from './scenarios/bad-neighbours.ts';
import { shown } from './shown.ts';
import { testSize } from './sizes.ts';
import { useLoadNetwork } from './use-load-network.ts';

describe('a service beside slow and dead ones', function () {
  this.timeout(600_000);
  const net = useLoadNetwork();

  it('fails no request while its neighbours keep their clients waiting', async () => {
    const { failed, lost, badFailures } = shown(await badNeighbours(net, testSize));
    expect(failed).to.deep.equal([]);
    expect(lost).to.deep.equal([]);
    expect(badFailures, 'the neighbours were bad').to.be.above(0);
  });
});
