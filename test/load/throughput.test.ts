import { expect } from 'chai';
import { throughput } from './scenarios/throughput.ts';
import { shown } from './shown.ts';
import { testSize } from './sizes.ts';
import { useLoadNetwork } from './use-load-network.ts';

describe('one, two and three replicas of a busy service', function () {
  this.timeout(600_000);
  const net = useLoadNetwork();

  it('all answer, and fail no request while they become more', async () => {
    const { failed, used } = shown(await throughput(net, testSize));
    expect(failed).to.deep.equal([]);
    expect(used).to.deep.equal([1, 2, 3]);
  });
});
