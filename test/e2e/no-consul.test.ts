import { expect } from 'chai';
import { eventually } from '../support/eventually.ts';
import { tiny } from '../support/manifests.ts';
import { connect } from '../support/mcp-clients.ts';
import { useTestNetwork } from '../support/use-test-network.ts';

describe('a network without Consul', function () {
  this.timeout(120_000);
  const net = useTestNetwork();

  async function consuls(): Promise<number> {
    const all = await net.containers('default', 'MCPNetwork');
    return all.filter(({ Names }) => Names[0]?.includes('consul')).length;
  }

  it('serves at its ports, and takes up Consul when it is wanted after all', async () => {
    await net.write('network.yaml', net.networkManifest({ discovery: { type: 'none' } }));
    await net.write('echo.yaml', tiny('echo', { port: net.port(0) }));
    await net.start();
    await net.ready('echo');
    const session = await connect(net.url(0));
    expect(await session.call('echo', { text: 'found by its port' })).to.include('found by its port');
    expect(await consuls()).to.equal(0);
    await net.write('network.yaml', net.networkManifest({}));
    await eventually(async () => expect(await consuls()).to.equal(1), { timeoutMs: 60_000 });
    await eventually(async () => expect(await net.consul.passing('echo')).to.have.lengthOf(1), { timeoutMs: 60_000 });
    expect(await session.call('echo', { text: 'still here' })).to.include('still here');
    await session.end();
  });
});
