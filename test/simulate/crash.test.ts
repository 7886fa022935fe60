import { expect } from 'chai';
import { play } from './crash-run.ts';
import { scenes } from './crash-scenes.ts';

describe('an operator that is killed at any step', function () {
  this.timeout(120_000);
  for (const { scene, slowMs, how } of scenes.flatMap((each) => [
    { scene: each, slowMs: 0, how: 'step by step' },
    { scene: each, slowMs: 400, how: 'with calls under way' },
  ]))
    it(`comes to the same end, and costs nobody a request: ${scene.name}, ${how}`, async () => {
      const whole = await play(scene, slowMs);
      expect(whole).to.deep.include({ breaches: [], planned: [], isSettled: true });
      expect(whole.writes, 'side effects').to.not.have.lengthOf(0);
      for (let at = 1; at <= whole.writes.length; at++) {
        for (const happens of [true, false]) {
          const what = `killed at ${at} of ${whole.writes.length} (${whole.writes[at - 1]}), which ${happens ? 'happened' : 'never did'}`;
          const run = await play(scene, slowMs, { at, happens });
          expect(run, what).to.deep.include({ breaches: [], planned: [], isSettled: true });
          expect(run.endState, what).to.deep.equal(whole.endState);
          expect(run.fewestRoutes, `routes, ${what}`).to.be.at.least(whole.fewestRoutes);
          expect(run.mostContainers, `containers, ${what}`).to.be.at.most(whole.mostContainers);
          expect(run.ports, `ports, ${what}`).to.deep.equal(whole.ports);
        }
      }
    });
});
