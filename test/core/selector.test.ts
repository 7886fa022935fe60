import { expect } from 'chai';
import { parseSelector } from '../../operator/core/selector.ts';

describe('a selector of labels', () => {
  const labels = { team: 'platform', tier: '1', 'app.io/name': 'files' };
  const cases: readonly (readonly [string, boolean])[] = [
    ['', true],
    ['team=platform', true],
    ['team == platform', true],
    ['team=apps', false],
    ['team!=apps', true],
    ['team!=platform', false],
    ['absent!=x', true],
    ['team', true],
    ['absent', false],
    ['!absent', true],
    ['!team', false],
    ['team in (apps, platform)', true],
    ['team in (apps)', false],
    ['absent in (apps)', false],
    ['team notin (apps)', true],
    ['team notin (platform,apps)', false],
    ['absent notin (apps)', true],
    ['absent notin (apps,)', true],
    ['team=platform,tier in (1,2),!absent', true],
    ['team=platform,tier in (2,3)', false],
    ['app.io/name=files', true],
  ];
  for (const [text, holds] of cases)
    it(`${holds ? 'takes' : 'leaves'} with "${text}"`, () => {
      expect(parseSelector(text)(labels)).to.equal(holds);
    });

  it('names the part that makes no sense', () => {
    expect(() => parseSelector('team=a,what is this')).to.throw('"what is this" is no selector of labels');
    expect(() => parseSelector('team in a,b')).to.throw('is no selector of labels');
  });
});
