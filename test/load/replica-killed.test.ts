import { expect } from 'chai';
import { useLoadNetwork } from './use-load-network.ts';
import { replicaKilled } from './scenarios/replica-killed.ts';
import { shown } from './shown.ts';
import { testSize } from './sizes.ts';

describe('a killed replica, under load', function () {
  this.timeout(600_000);
  const net = useLoadNetwork();

  it('costs its own sessions a 404 and nobody else anything', async () => {
    const { failed, lost } = shown(await replicaKilled(net, testSize));
    expect(failed).to.deep.equal([]);
    expect(lost).to.deep.equal([]);
  });
});
