import { expect } from 'chai';
import type { PortView } from '../../operator/api/shapes.ts';
import { formatChecked } from '../../operator/cli/doctor/command.ts';
import { fail, ok, unknown, warn, type Finding, type Verdict } from '../../operator/cli/doctor/finding.ts';
import { judgeApi, judgeCgroups, judgeClock, judgeDisk, judgeMemory } from '../../operator/cli/doctor/judge-engine.ts';
import { judgeImages, judgeInotify, judgeNode, judgePorts } from '../../operator/cli/doctor/judge-machine.ts';
import { freeSubnets, judgeNetworks } from '../../operator/cli/doctor/judge-networks.ts';
import { plain } from '../../operator/cli/paint.ts';
import type { EngineFacts, NetworkFacts } from '../../operator/drivers/docker/engine-facts.ts';

const gib = 2 ** 30;
const engine: EngineFacts = {
  version: '20.10.24',
  apiVersion: '1.41',
  os: 'linux',
  cgroupVersion: '2',
  limits: { memory: true, pids: true, cpus: true },
  memoryBytes: 8 * gib,
  rootDirectory: '/var/lib/docker',
  clock: { theirsMs: 1_000, oursMs: 1_000 },
  addressPools: [],
  networks: [],
};

function network(name: string, rest: Partial<NetworkFacts> = {}): NetworkFacts {
  return { name, id: name, driver: 'bridge', internal: false, subnets: [], labels: {}, ...rest };
}

function port(rest: Partial<PortView>): PortView {
  return { port: 11100, network: 'default', use: 'service', listening: true, ...rest };
}

const declared = [{ frontend: 'front', internal: 'inner' }];
const isOurs = ({ labels }: NetworkFacts): boolean => labels['owner'] === 'us';

describe('the prerequisites', () => {
  const cases: readonly (readonly [string, Finding, Verdict, RegExp])[] = [
    ['an engine that is new enough', judgeApi(engine), 'ok', /API 1\.41/],
    ['a later API that is a smaller number', judgeApi({ ...engine, apiVersion: '2.1' }), 'ok', /2\.1/],
    ['an engine that is too old', judgeApi({ ...engine, apiVersion: '1.9' }), 'fail', /1\.41 is needed/],
    ['Windows containers', judgeApi({ ...engine, os: 'windows' }), 'fail', /windows/],
    ['all limits', judgeCgroups(engine), 'ok', /cgroup v2/],
    [
      'a kernel without limits of memory and processes',
      judgeCgroups({ ...engine, limits: { memory: false, pids: false, cpus: true } }),
      'fail',
      /no limit of memory, pids/,
    ],
    ['a clock that agrees', judgeClock({ ...engine, clock: { theirsMs: 0, oursMs: 900 } }), 'ok', /agrees/],
    [
      'a clock that is a little off',
      judgeClock({ ...engine, clock: { theirsMs: 5_000, oursMs: 0 } }),
      'warn',
      /5\.0 s/,
    ],
    ['a clock that is far off', judgeClock({ ...engine, clock: { theirsMs: 0, oursMs: 90_000 } }), 'fail', /90\.0 s/],
    ['enough memory', judgeMemory(engine, 2 * gib, 4 * gib), 'ok', /8\.0 GiB, of which 4\.0/],
    ['limits beyond what there is', judgeMemory(engine, 9 * gib, 4 * gib), 'warn', /9\.0 GiB/],
    ['no memory left', judgeMemory(engine, gib, 2 ** 20), 'fail', /0\.0 GiB are free/],
    ['a disk with room', judgeDisk([{ path: '/a', freeBytes: 9 * gib }]), 'ok', /9\.0 GiB free at \/a/],
    [
      'little room',
      judgeDisk([
        { path: '/a', freeBytes: 9 * gib },
        { path: '/b', freeBytes: 2 * gib },
      ]),
      'warn',
      /\/b/,
    ],
    ['a full disk', judgeDisk([{ path: '/a', freeBytes: 0 }]), 'fail', /0\.0 GiB/],
    ['a Node that will do', judgeNode('24.1.0'), 'ok', /24/],
    ['a Node that will not', judgeNode('18.20.1'), 'fail', /20 or later/],
    ['inotify as most have it', judgeInotify(65_536, 128), 'ok', /65536/],
    ['few watches', judgeInotify(1_000, 128), 'warn', /1000 watches/],
    ['no watches', judgeInotify(0, 128), 'fail', /0 watches/],
    ['no such limits', judgeInotify(undefined, undefined), 'ok', /no limits/],
    ['ports that are free or ours', judgePorts([port({}), port({ listening: false })]), 'ok', /all 2/],
    [
      'a port of ours that somebody took',
      judgePorts([port({ holder: 'MCPService/default/a', foreign: 'nginx (pid 8)' })]),
      'fail',
      /port 11100 of service\/a is taken by nginx \(pid 8\)/,
    ],
    ['a stranger in the range', judgePorts([port({ use: 'foreign', foreign: 'nc (pid 9)' })]), 'warn', /11100 \(nc/],
    ['all images', judgeImages([{ names: ['a'], state: 'present' }]), 'ok', /all 1/],
    ['an image to pull', judgeImages([{ names: ['a'], state: 'pullable' }]), 'ok', /a will be pulled/],
    ['an image to build', judgeImages([{ names: ['off', 'own'], state: 'buildable' }]), 'warn', /own must be built/],
    [
      'an image that cannot be had',
      judgeImages([
        { names: ['a'], state: 'buildable' },
        { names: ['b'], state: { why: 'no such host' } },
      ]),
      'fail',
      /b is not here and cannot be had: no such host/,
    ],
    ['networks that can be made', judgeNetworks(engine, declared, isOurs), 'ok', /front, inner will be made/],
    [
      'networks that are there',
      judgeNetworks(
        { ...engine, networks: [network('front'), network('inner', { labels: { owner: 'us' } })] },
        declared,
        isOurs,
      ),
      'ok',
      /all that are declared exist/,
    ],
    [
      'an internal network of somebody else',
      judgeNetworks({ ...engine, networks: [network('inner')] }, declared, isOurs),
      'fail',
      /inner.*not ours/,
    ],
    [
      'a frontend network that is no bridge',
      judgeNetworks({ ...engine, networks: [network('front', { driver: 'overlay' })] }, declared, isOurs),
      'fail',
      /driver overlay/,
    ],
    [
      'no addresses left',
      judgeNetworks({ ...engine, addressPools: [{ base: '10.0.0.0/24', size: 24 }] }, declared, isOurs),
      'fail',
      /addresses for 1 more/,
    ],
  ];
  for (const [what, finding, verdict, message] of cases)
    it(`${verdict}: ${what}`, () => {
      expect(finding.verdict, finding.message).to.equal(verdict);
      expect(finding.message).to.match(message);
      if (verdict === 'fail' || verdict === 'warn') expect(finding.remedy).to.be.a('string');
    });

  it('counts the networks that an engine can still make', () => {
    expect(freeSubnets([], []), "Docker's own pools").to.equal(31);
    expect(freeSubnets([], [{ subnets: ['172.17.0.0/16', 'fd00::/64'] }, { subnets: ['192.168.16.0/24'] }])).to.equal(
      29,
    );
    expect(freeSubnets([{ base: '10.1.0.0/16', size: 24 }], [{ subnets: ['10.0.0.0/8'] }])).to.equal(0);
  });

  it('are printed each on a line, with what to do below', () => {
    const text = formatChecked(
      [
        { name: 'a', ...ok('fine') },
        { name: 'bb', ...warn('hm', 'do this') },
        { name: 'c', ...fail('no', 'do that') },
        { name: 'd', ...unknown('dark') },
      ],
      plain,
    );
    expect(text.split('\n')).to.deep.equal([
      'ok        a    fine',
      'warn      bb   hm',
      '          -> do this',
      'fail      c    no',
      '          -> do that',
      'unknown   d    dark',
      '1 ok, 1 to look at, 1 missing, 1 not known',
    ]);
  });
});
