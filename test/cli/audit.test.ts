import { expect } from 'chai';
import { formatFindings } from '../../operator/cli/audit/command.ts';
import type { AuditFacts, AuditFinding } from '../../operator/cli/audit/facts.ts';
import { audit } from '../../operator/cli/audit/judge.ts';
import { keyOf } from '../../operator/core/resource.ts';
import type { ContainerFacts, Inventory } from '../../operator/drivers/docker/inventory.ts';

const files = keyOf('MCPService', 'default', 'files');
const owner = { 'io.mcpnet.owner': 'mcpnet' };
const ofFiles = { ...owner, 'io.mcpnet.key': files, 'io.mcpnet.role': 'replicas' };

function container(name: string, rest: Partial<ContainerFacts> = {}): ContainerFacts {
  return { id: `id-${name}`, name, labels: {}, imageId: 'image', networks: [], published: [], volumes: [], ...rest };
}

function facts(inventory: Partial<Inventory>, rest: Partial<AuditFacts> = {}): AuditFacts {
  return {
    scope: 'mcpnet',
    inventory: { containers: [], networks: [], volumes: [], images: [], ...inventory },
    ours: new Set(['id-files-1']),
    declared: new Set([files, keyOf('MCPNetwork', 'default', 'default')]),
    networks: [
      { frontend: 'front', internal: 'inner', balancer: 'default', first: 11100, last: 11199, reserved: [11090] },
    ],
    wantedNetworks: new Map([[files, ['inner']]]),
    registrations: [],
    wantedImages: new Set(['mcpnet/files:1']),
    bases: new Set(),
    bridgeVolume: 'mcpnet-bridge-2',
    balancerDirectories: [],
    ...rest,
  };
}

const replica = container('files-1', { labels: ofFiles, networks: ['inner'] });
const network = { id: '0123456789abcdef', driver: 'bridge', internal: false, subnets: [], labels: owner };
const recipe = { 'io.mcpnet.recipe': 'x' };
const registration = { id: 'files-1', owner: files, health: 'passing', consul: 'http://127.0.0.1:11090' };

describe('an audit', () => {
  const found: readonly (readonly [string, AuditFacts, AuditFinding['kind'], string])[] = [
    [
      'a container of a service that no manifest declares',
      facts({
        containers: [{ ...replica, labels: { ...ofFiles, 'io.mcpnet.key': keyOf('MCPService', 'default', 'old') } }],
      }),
      'orphaned container',
      'docker rm -f -v files-1',
    ],
    [
      'a container that carries our label and is not ours',
      facts({ containers: [container('copy', { labels: ofFiles })] }),
      'orphaned container',
      'docker rm -f -v copy',
    ],
    [
      'a stranger in the internal network',
      facts({ containers: [container('spy', { networks: ['inner', 'bridge'] })] }),
      'foreign container',
      'docker network disconnect -f inner spy',
    ],
    [
      'a replica in a network where it does not belong',
      facts({ containers: [{ ...replica, networks: ['inner', 'front'] }] }),
      'wrong network',
      'docker network disconnect -f front files-1',
    ],
    [
      'a replica that is not where it belongs',
      facts({ containers: [{ ...replica, networks: [] }] }),
      'wrong network',
      'docker network connect inner files-1',
    ],
    [
      'a port that somebody in our frontend network publishes',
      facts({ containers: [container('web', { networks: ['front'], published: [8080] })] }),
      'published port',
      'docker rm -f web',
    ],
    [
      'a port of our range that anybody publishes',
      facts({ containers: [container('web', { networks: ['bridge'], published: [11150] })] }),
      'published port',
      'docker rm -f web',
    ],
    [
      'a registration whose container is gone',
      facts({}, { registrations: [registration] }),
      'stale registration',
      'curl -fsS -X PUT http://127.0.0.1:11090/v1/agent/service/deregister/mcpnet-files-1',
    ],
    [
      'a registration that is critical',
      facts({}, { registrations: [{ ...registration, container: 'files-1', health: 'critical' }] }),
      'stale registration',
      'docker restart files-1',
    ],
    [
      'a network of ours that nobody names and nobody is in',
      facts({ networks: [{ ...network, name: 'old' }] }),
      'unused network',
      'docker network rm 0123456789ab',
    ],
    [
      'a volume of a bridge that is no longer in force, with its holder',
      facts({
        volumes: [{ name: 'mcpnet-bridge-1', labels: ofFiles }],
        containers: [
          container('mcpnet-bridge-1-holder', {
            labels: { ...owner, 'io.mcpnet.role': 'volume-holder' },
            volumes: ['mcpnet-bridge-1'],
          }),
        ],
      }),
      'unused volume',
      'docker rm -f mcpnet-bridge-1-holder && docker volume rm mcpnet-bridge-1',
    ],
    [
      'an image that we built and nobody uses',
      facts({ images: [{ id: 'sha256:0123456789abcdef', names: ['mcpnet/old:1'], labels: recipe }] }),
      'unused image',
      'docker rmi mcpnet/old:1',
    ],
    [
      'files of a balancer that no manifest declares',
      facts({}, { balancerDirectories: [{ balancer: 'old', path: "/state/haproxy/it's" }] }),
      'leftover state',
      String.raw`rm -r '/state/haproxy/it'\''s'`,
    ],
  ];
  for (const [what, seen, kind, command] of found)
    it(`finds ${what}`, () => {
      expect(audit(seen).map((each) => [each.kind, each.command])).to.deep.equal([[kind, command]]);
    });

  const fine: readonly (readonly [string, AuditFacts])[] = [
    ['a replica in its place', facts({ containers: [replica] })],
    [
      'the ports that ours publish by the plan',
      facts(
        { containers: [container('files-1', { labels: owner, published: [11090, 11101] })] },
        { declared: undefined },
      ),
    ],
    [
      'ports of others, elsewhere',
      facts({ containers: [container('web', { networks: ['bridge'], published: [8080] })] }),
    ],
    [
      'things of another scope',
      facts({ networks: [{ ...network, name: 'x', labels: { 'io.mcpnet.owner': 'other' } }] }),
    ],
    ['a network that is declared', facts({ networks: [{ ...network, name: 'front' }] })],
    ['the volume of the bridge in force', facts({ volumes: [{ name: 'mcpnet-bridge-2', labels: owner }] })],
    [
      'a volume that is mounted',
      facts({ volumes: [{ name: 'v', labels: owner }], containers: [container('files-1', { volumes: ['v'] })] }),
    ],
    ['an image that manifests name', facts({ images: [{ id: 'i', names: ['mcpnet/files:1'], labels: recipe }] })],
    [
      'an image that others stand on',
      facts({ images: [{ id: 'i', names: [], labels: recipe }] }, { bases: new Set(['i']) }),
    ],
    ['an image that somebody else built', facts({ images: [{ id: 'i', names: ['debian:12'], labels: {} }] })],
    [
      'what no manifest declares, while manifests cannot be read',
      facts(
        {
          containers: [{ ...replica, labels: { ...ofFiles, 'io.mcpnet.key': 'MCPService/default/old' } }],
          networks: [{ ...network, name: 'old' }],
          images: [{ id: 'i', names: [], labels: recipe }],
          volumes: [{ name: 'v', labels: owner }],
        },
        { declared: undefined, wantedNetworks: new Map(), balancerDirectories: [{ balancer: 'old', path: '/x' }] },
      ),
    ],
  ];
  for (const [what, seen] of fine)
    it(`leaves ${what} alone`, () => {
      expect(audit(seen)).to.deep.equal([]);
    });

  it('is printed with the command below each finding', () => {
    expect(formatFindings([])).to.equal('nothing is found that should not be');
    expect(formatFindings(audit(facts({ networks: [{ ...network, name: 'old' }] }))).split('\n')).to.deep.equal([
      'KIND             WHAT   WHY',
      'unused network   old    it is ours, nobody is in it, and no manifest names it',
      '  -> docker network rm 0123456789ab',
      '1 found',
    ]);
  });
});
