import { expect } from 'chai';
import { servicesComeAndGo } from './scenarios/services-come-and-go.ts';
import { shown } from './shown.ts';
import { testSize } from './sizes.ts';
import { useLoadNetwork } from './use-load-network.ts';

describe('services that come and go beside others under load', function () {
  this.timeout(1_800_000);
  const net = useLoadNetwork({ servicePorts: 60 });

  it('cost the others no request and no session', async () => {
    const { failed, lost } = shown(await servicesComeAndGo(net, testSize));
    expect(failed).to.deep.equal([]);
    expect(lost).to.deep.equal([]);
  });
});
