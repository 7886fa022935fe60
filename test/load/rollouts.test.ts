import { expect } from 'chai';
import { useLoadNetwork } from './use-load-network.ts';
import { rollouts } from './scenarios/rollouts.ts';
import { shown } from './shown.ts';
import { testSize } from './sizes.ts';

describe('rolling updates in a row, under load', function () {
  this.timeout(900_000);
  const net = useLoadNetwork();

  it('fails no request, and ends no session before the drain deadline of its replica', async () => {
    const { failed, lost } = shown(await rollouts(net, testSize));
    expect(failed).to.deep.equal([]);
    expect(lost).to.deep.equal([]);
  });
});
