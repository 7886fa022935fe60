import { expect } from 'chai';
import { scaling } from './scenarios/scaling.ts';
import { shown } from './shown.ts';
import { testSize } from './sizes.ts';
import { useLoadNetwork } from './use-load-network.ts';

describe('scale changes in a row, under load', function () {
  this.timeout(1_800_000);
  const net = useLoadNetwork();

  it('fails no request, ends no session before the drain deadline of its replica, and reloads nothing', async () => {
    const { failed, lost, reloads } = shown(await scaling(net, testSize));
    expect(failed).to.deep.equal([]);
    expect(lost).to.deep.equal([]);
    expect(reloads).to.equal(0);
  });
});
