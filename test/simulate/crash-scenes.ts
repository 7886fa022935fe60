import type { Harness } from '../fakes/harness.ts';
import { network, service, type Manifest } from '../fakes/manifests.ts';
import { Refusal } from '../../operator/core/refusal.ts';

/** A change of a world in which everything is well. */
export interface Scene {
  readonly name: string;
  readonly before: readonly Manifest[];
  /** What happened before, once that has settled. */
  readonly prelude?: (harness: Harness) => void;
  readonly change: (harness: Harness) => void;
  /** What people do again if they had no answer. */
  readonly command?: (harness: Harness) => Promise<unknown>;
}

export const name = 'files';
const key = `MCPService/default/${name}`;
/** Short drains, so that a run need not wait for them. */
const rollout = { drainTimeout: '1s' };
const files = (spec: Manifest = {}): Manifest => service(name, { rollout, replicas: 2, ...spec });
const set =
  (...manifests: Manifest[]) =>
  ({ source }: Harness): void => {
    source.set(...manifests);
  };
const none = (): void => undefined;

export const scenes: readonly Scene[] = [
  { name: 'the deployment of a network and a service', before: [], change: set(network(), files()) },
  { name: 'scaling up', before: [network(), files({ replicas: 1 })], change: set(files({ replicas: 3 })) },
  { name: 'scaling down', before: [network(), files({ replicas: 3 })], change: set(files({ replicas: 1 })) },
  { name: 'a rollout', before: [network(), files()], change: set(files({ image: 'tiny:2' })) },
  {
    name: 'a rollout with another surge and path',
    before: [network(), files({ replicas: 3 })],
    change: set(files({ replicas: 3, image: 'tiny:2', path: '/other', rollout: { ...rollout, maxSurge: 3 } })),
  },
  {
    name: 'a rollback',
    before: [network(), files()],
    prelude: set(files({ image: 'tiny:2' })),
    change: none,
    command: async ({ operator }) => {
      // The number, and not "the one before": what is told twice must mean the same twice.
      await operator.commands.rollBack(key, 1).catch((error: unknown) => {
        if (!(error instanceof Refusal) || error.kind !== 'conflict') throw error;
      });
    },
  },
  {
    name: 'another setting of the balancer',
    before: [network(), files()],
    change: set(network('default', { loadBalancer: { haproxy: { threads: 2 } } })),
  },
  {
    name: 'another internal network',
    before: [network(), files()],
    change: set(network('default', { networks: { internal: { name: 'elsewhere' } } })),
  },
  {
    name: 'the deletion of a service',
    before: [network(), files(), service('memory')],
    change: ({ source }) => {
      source.remove(files());
    },
  },
  {
    name: 'the deletion of a network and all that is on it',
    before: [network(), files()],
    change: ({ source }) => {
      source.remove(network(), files());
    },
  },
  {
    name: 'a rollout that recreates',
    before: [network(), files({ rollout: { ...rollout, strategy: 'recreate' } })],
    change: set(files({ image: 'tiny:2', rollout: { ...rollout, strategy: 'recreate' } })),
  },
  {
    name: 'the beginning of a canary',
    before: [network(), files()],
    change: set(files({ image: 'tiny:2', rollout: { ...rollout, canary: { weight: 20 } } })),
  },
  {
    name: 'the end of a canary that is rolled out',
    before: [network(), files()],
    prelude: set(files({ image: 'tiny:2', rollout: { ...rollout, canary: { weight: 20 } } })),
    change: set(files({ image: 'tiny:2' })),
  },
];
