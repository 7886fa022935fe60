import { expect } from 'chai';
import { nearest } from '../../operator/core/nearest.ts';

describe('nearest', () => {
  const table: readonly (readonly [string, readonly string[], string | undefined])[] = [
    ['tols', ['default', 'tools'], 'tools'],
    ['replica', ['image', 'replicas', 'port'], 'replicas'],
    ['Image', ['image', 'args'], 'image'],
    ['defualt', ['default', 'other'], 'default'],
    ['healthcheck', ['healthCheck', 'headers'], 'healthCheck'],
    ['banana', ['image', 'port'], undefined],
    ['x', [], undefined],
    ['t', ['url'], undefined],
    ['prot', ['port'], 'port'],
    ['prt', ['ports'], 'ports'],
    ['prt', ['reports'], undefined],
    ['loadbalances', ['loadBalancing'], 'loadBalancing'],
    ['tools', ['my-own-tools'], undefined],
    ['tools', ['toolsets-of-mine'], undefined],
    ['my-own-tools', ['tools'], undefined],
    ['production', ['staging'], undefined],
  ];
  for (const [typed, candidates, expected] of table) {
    it(`${expected === undefined ? 'suggests nothing' : `suggests ${expected}`} for ${typed} among ${candidates.join(', ') || 'nothing'}`, () => {
      expect(nearest(typed, candidates)).to.equal(expected);
    });
  }
});
