import { expect } from 'chai';
import { balancerRestarts, type Way } from './scenarios/balancer-restarts.ts';
import { shown } from './shown.ts';
import { testSize } from './sizes.ts';
import { useLoadNetwork } from './use-load-network.ts';

describe('HAProxy reloaded, restarted and killed, under load', function () {
  this.timeout(600_000);
  for (const [way, sentence] of [
    ['reload', 'fails no request at a reload, and every session goes on with its replica'],
    ['restart', 'fails only what is asked during a restart, and every session goes on with its replica'],
    ['kill', 'fails only what is asked until a killed HAProxy is back, and every session goes on with its replica'],
  ] as const satisfies readonly (readonly [Way, string])[]) {
    describe(way, () => {
      const net = useLoadNetwork();

      it(sentence, async () => {
        const { failed, lost } = shown(await balancerRestarts(net, testSize, way));
        expect(failed).to.deep.equal([]);
        expect(lost).to.deep.equal([]);
      });
    });
  }
});
