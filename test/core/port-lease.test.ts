import { expect } from 'chai';
import fc from 'fast-check';
import { leasePorts, type Lease, type PortClaim } from '../../operator/core/port-lease.ts';

const network = 'MCPNetwork/default/default';
const range = { first: 100, last: 103 };

function claim(name: string, more: Partial<PortClaim> = {}): PortClaim {
  return { key: `MCPService/default/${name}`, network, range, reserved: [], ...more };
}

function leases(...claims: PortClaim[]): Record<string, number | string> {
  const told = (lease: Lease): number | string => ('port' in lease ? lease.port : lease.problem.reason);
  return Object.fromEntries([...leasePorts(claims)].map(([key, lease]) => [key.split('/')[2] ?? '', told(lease)]));
}

describe('port lease', () => {
  const table: readonly (readonly [string, readonly PortClaim[], Record<string, number | string>])[] = [
    ['gives the lowest free ports by name', [claim('b'), claim('a')], { a: 100, b: 101 }],
    ['lets who holds a port keep it', [claim('a'), claim('b', { held: 100 })], { a: 101, b: 100 }],
    [
      'lets who holds a port keep it against one that declares it',
      [claim('a', { declared: 100 }), claim('b', { held: 100 })],
      { a: 'PortConflict', b: 100 },
    ],
    [
      'lets who declares the port that it holds keep it against another that declares it',
      [claim('a', { declared: 100 }), claim('b', { declared: 100, held: 100 })],
      { a: 'PortConflict', b: 100 },
    ],
    [
      'moves who declares another port than it holds',
      [claim('a', { declared: 102, held: 100 }), claim('b')],
      { a: 102, b: 100 },
    ],
    [
      'serves those that declare before those that do not',
      [claim('a'), claim('b', { declared: 100 })],
      { a: 101, b: 100 },
    ],
    [
      'gives a port declared twice to the first by name',
      [claim('b', { declared: 101 }), claim('a', { declared: 101 })],
      { a: 101, b: 'PortConflict' },
    ],
    ['gives no reserved port', [claim('a', { reserved: [100, 101] })], { a: 102 }],
    [
      'refuses a declared port that is reserved',
      [claim('a', { declared: 100, reserved: [100] })],
      { a: 'PortOutOfRange' },
    ],
    ['refuses a declared port outside the range', [claim('a', { declared: 99 })], { a: 'PortOutOfRange' }],
    ['takes a held port outside a changed range for none', [claim('a', { held: 99 })], { a: 100 }],
    [
      'says so when no port is left',
      ['a', 'b', 'c', 'd', 'e'].map((name) => claim(name)),
      { a: 100, b: 101, c: 102, d: 103, e: 'NoPortLeft' },
    ],
    ['keeps networks apart', [claim('a'), claim('b', { network: 'MCPNetwork/default/other' })], { a: 100, b: 100 }],
    [
      'resolves two that were seen at one port by name',
      [claim('b', { held: 101 }), claim('a', { held: 101 })],
      { a: 101, b: 100 },
    ],
  ];
  for (const [sentence, claims, expected] of table) {
    it(sentence, () => {
      expect(leases(...claims)).to.deep.equal(expected);
    });
  }

  const one = { range: { first: 100, last: 100 } };
  const refusals: readonly (readonly [string, readonly PortClaim[], string])[] = [
    [
      'the rival',
      [claim('a', { declared: 100 }), claim('b', { held: 100 })],
      'port 100 belongs to service/b; choose another, or none to be given one',
    ],
    [
      'the range',
      [claim('a', { declared: 99 })],
      "port 99 is not in the network's service range 100-103, or is reserved in it; choose one inside, or none to be given one",
    ],
    [
      'what is full',
      [claim('a', one), claim('0', one)],
      'every port of 100-100 is taken; widen spec.ports.services of the network',
    ],
  ];
  for (const [what, claims, expected] of refusals)
    it(`names ${what} and the remedy`, () => {
      expect(leasePorts(claims).get('MCPService/default/a')).to.have.nested.property('problem.message', expected);
    });

  it('gives each port once, inside the range, and the same to the same claims in any order, whoever else comes', () => {
    const claims = fc.uniqueArray(
      fc.record({
        name: fc.integer({ min: 0, max: 9 }),
        declared: fc.option(fc.integer({ min: 98, max: 104 })),
        held: fc.option(fc.integer({ min: 98, max: 104 })),
      }),
      { selector: ({ name }) => name },
    );
    fc.assert(
      fc.property(claims, fc.integer(), (drawn, shuffle) => {
        const wanted = drawn.map(({ name, declared, held }) =>
          claim(`s${name}`, { ...(declared !== null && { declared }), ...(held !== null && { held }) }),
        );
        const first = leases(...wanted);
        const ports = Object.values(first).filter((port) => typeof port === 'number');
        expect(new Set(ports).size).to.equal(ports.length);
        for (const port of ports) expect(port).to.be.within(range.first, range.last);
        expect(leases(...[...wanted.slice(shuffle % 5), ...wanted.slice(0, shuffle % 5)])).to.deep.equal(first);
        const settled = wanted.map((each) => ({
          ...each,
          ...(typeof first[each.key.split('/')[2] ?? ''] === 'number' && {
            held: first[each.key.split('/')[2] ?? ''] as number,
          }),
        }));
        expect(leases(...settled, claim('a-newcomer'))).to.include(
          Object.fromEntries(Object.entries(first).filter(([, port]) => typeof port === 'number')),
        );
      }),
      { seed: 1 },
    );
  });
});
