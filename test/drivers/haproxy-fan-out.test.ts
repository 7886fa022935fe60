import { expect } from 'chai';
import { Fault } from '../../operator/core/fault.ts';
import { withEach } from '../../operator/drivers/haproxy/fan-out.ts';
import { inAll } from '../../operator/drivers/haproxy/readings.ts';

const lost = new Fault('transient', 'BalancerUnreachable', 'does not answer');
const refused = new Fault('transient', 'BalancerRejected', 'refuses');

async function outcome(...faults: readonly (Fault | undefined)[]): Promise<unknown> {
  const work = async (fault: Fault | undefined): Promise<string> => {
    if (fault) throw fault;
    return 'done';
  };
  return withEach(faults, work).catch((error: unknown) => error);
}

describe('several HAProxys that are told the same', () => {
  it('are done when one that cannot be reached is the only one that is not', async () => {
    expect(await outcome(undefined, lost)).to.deep.equal(['done']);
    expect(await outcome()).to.deep.equal([]);
  });

  it('are not when none can be reached, or one refuses', async () => {
    expect(await outcome(lost, lost)).to.equal(lost);
    expect(await outcome(undefined, lost, refused)).to.equal(refused);
  });

  it('count together; what one had counted before anybody looked is nobody else’s', () => {
    const reading = { sessions: 2, requests: 10, errors: 1, latency: [1, 2] };
    const looks = [
      { isFirst: true, readings: new Map([['files', reading]]) },
      { isFirst: false, readings: new Map([['files', { ...reading, requests: 5 }]]) },
    ];
    expect(inAll(looks).get('files')).to.deep.equal({
      base: { requests: 10, errors: 1 },
      grown: { sessions: 4, requests: 5, errors: 1, latency: [1, 2] },
    });
  });
});
