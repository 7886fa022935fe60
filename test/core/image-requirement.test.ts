import { expect } from 'chai';
import type { Fault } from '../../operator/core/fault.ts';
import { requireImage } from '../../operator/core/image-requirement.ts';

describe('the requirement of an image', () => {
  const refusal = (version: string | undefined, atLeast = '3.0'): Fault | undefined => {
    try {
      requireImage(
        { name: 'haproxy:x', env: version === undefined ? {} : { HAPROXY_VERSION: version } },
        { variable: 'HAPROXY_VERSION', atLeast, reason: 'BalancerTooOld', missing: 'events' },
      );
      return undefined;
    } catch (fault) {
      return fault as Fault;
    }
  };

  for (const version of ['3.0', '3.0.11', '3.2-dev1', '10.1', undefined])
    it(`is met by ${version ?? 'an image that tells no version'}`, () => {
      expect(refusal(version)).to.equal(undefined);
    });

  for (const version of ['3', '3.0', '4'])
    it(`of 3.0.0 is met by ${version}: what is not said is nothing`, () => {
      expect(refusal(version, '3.0.0')).to.equal(undefined);
    });

  for (const version of ['3', '3.1', '3.2.0'])
    it(`of 3.2.1 is not met by ${version}`, () => {
      expect(refusal(version, '3.2.1')?.message).to.equal(
        `image "haproxy:x" is version ${version}, which lacks events; name one of version 3.2.1 or later`,
      );
    });

  for (const version of ['2.6', '2.9.15', '2.10'])
    it(`is not met by ${version}, and the fault tells what is missing`, () => {
      const fault = refusal(version);
      expect(fault).to.include({ class: 'invalid', reason: 'BalancerTooOld' });
      expect(fault?.message).to.include(version).and.to.include('events').and.to.include('haproxy:x');
    });
});
