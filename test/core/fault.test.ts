import { expect } from 'chai';
import { asFault, Fault } from '../../operator/core/fault.ts';
import { Refusal } from '../../operator/core/refusal.ts';

describe('a fault', () => {
  it('stays what it is, wherever it is caught', () => {
    const fault = new Fault('missing', 'ImageMissing', 'no image');
    expect(asFault(fault)).to.equal(fault);
  });

  for (const mistake of [new TypeError('t'), new RangeError('r'), new ReferenceError('n')])
    it(`is a bug where our own code threw a ${mistake.name}`, () => {
      const fault = asFault(mistake);
      expect(fault).to.include({ class: 'bug', reason: 'InternalError', message: mistake.message, cause: mistake });
    });

  for (const thrown of [new Error('connection reset'), 'connection reset'])
    it(`passes by itself where the world threw ${typeof thrown === 'string' ? 'a text' : 'an error'}`, () => {
      const fault = asFault(thrown);
      expect(fault).to.include({
        class: 'transient',
        reason: 'Retrying',
        message: 'connection reset',
        cause: thrown,
      });
    });

  it('is told from other errors by its name, as a refusal is', () => {
    expect(String(new Fault('bug', 'R', 'm'))).to.equal('Fault: m');
    expect(String(new Refusal('unknown', 'm'))).to.equal('Refusal: m');
  });
});
