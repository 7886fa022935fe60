import { expect } from 'chai';
import { network, service } from '../fakes/manifests.ts';
import { first, itemsOf } from './context.ts';

type Change = readonly [string, object];

const base = { resources: { memory: '256Mi' }, env: [{ name: 'A', value: '1' }] };
const before = itemsOf(service('files', base));
const after = (spec: object): ReturnType<typeof itemsOf> => itemsOf(service('files', { ...base, ...spec }));

describe('identity of a replica', () => {
  const same: readonly Change[] = [
    ["the health check's interval", { healthCheck: { interval: '9s' } }],
    ['the start-up time-out', { healthCheck: { startupTimeout: '9m' } }],
    ['the drain time-out', { rollout: { drainTimeout: '1s' } }],
    ['the surge', { rollout: { maxSurge: 2 } }],
    ['the port', { port: 11_150 }],
    ['the number of replicas', { replicas: 5 }],
    ['the algorithm', { loadBalancing: { algorithm: 'random' } }],
    ['the affinity', { sessionAffinity: 'None' }],
    ['the version that is registered', { version: '2' }],
    ['the capabilities that are registered', { capabilities: ['tools'] }],
    ['another way to write the same amount', { resources: { memory: '262144Ki' } }],
  ];
  for (const [what, spec] of same) {
    it(`outlives a change of ${what}`, () => {
      expect(first(after(spec), 'workload')).to.include({
        id: first(before, 'workload').id,
        hash: first(before, 'workload').hash,
      });
    });
  }

  const other: readonly Change[] = [
    ['the image', { image: 'tiny:2' }],
    ['a variable', { env: [{ name: 'A', value: '2' }] }],
    ['the arguments', { args: ['--fast'] }],
    ['the command', { command: ['/bin/x'] }],
    ['the memory', { resources: { memory: '512Mi' } }],
    ['the cores', { resources: { cpus: '1', memory: '256Mi' } }],
    ['a mount', { volumes: [{ name: 'cache', mountPath: '/c' }] }],
    ['the egress', { egress: 'open' }],
    ['the user', { user: '1000:1000' }],
    ['the inner port', { mcpPort: 9000 }],
    ['the isolation of sessions', { stdio: { isolation: 'shared' } }],
    ['a secret', { secrets: [{ name: 'github', key: 'token', targetEnvName: 'A' }] }],
  ];
  for (const [what, spec] of other) {
    it(`ends with a change of ${what}`, () => {
      expect(first(after(spec), 'workload').id).to.not.equal(first(before, 'workload').id);
    });
  }

  for (const [what, spec] of [
    ['the inner port', { mcpPort: 9000 }],
    ['the path', { path: '/other' }],
    ['the transport', { transport: 'sse' }],
    ['what a probe asks', { healthCheck: { type: 'http', path: '/up' } }],
  ] as const) {
    it(`of a server without a bridge ends with a change of ${what}: a wrong one must fail beside what serves`, () => {
      const web = { transport: 'streamable-http' };
      const [old, changed] = [itemsOf(service('web', web)), itemsOf(service('web', { ...web, ...spec }))];
      expect(first(changed, 'workload').id).to.not.equal(first(old, 'workload').id);
    });
  }

  it('ends when the value of a secret changes', () => {
    const manifest = service('files', { secrets: [{ name: 'github', key: 'token', targetEnvName: 'TOKEN' }] });
    const rotated = itemsOf(manifest, [network()], { secret: () => new Map([['token', 'd9']]) });
    expect(first(rotated, 'workload').id).to.not.equal(first(itemsOf(manifest), 'workload').id);
  });

  it('outlives a change of a key of a secret that it does not use', () => {
    const manifest = service('files', { secrets: [{ name: 'github', key: 'token', targetEnvName: 'TOKEN' }] });
    const rotated = itemsOf(manifest, [network()], {
      secret: () =>
        new Map([
          ['token', 'd1'],
          ['user', 'd9'],
        ]),
    });
    expect(first(rotated, 'workload').id).to.equal(first(itemsOf(manifest), 'workload').id);
  });

  it('differs between operators that share an engine, and between services', () => {
    const ids = [
      first(before, 'workload'),
      first(itemsOf(service('files', base), [network()], { scope: 'other' }), 'workload'),
      first(itemsOf(service('tools', base)), 'workload'),
    ].map(({ hash }) => hash);
    expect(new Set(ids).size).to.equal(3);
  });

  it('leaves a changed health check to the routes', () => {
    const changed = after({ healthCheck: { interval: '9s' } });
    for (const type of ['backend', 'server'] as const)
      expect(first(changed, type).hash).to.not.equal(first(before, type).hash);
    expect(first(after({ rollout: { drainTimeout: '1s' } }), 'backend').hash).to.equal(first(before, 'backend').hash);
  });
});
