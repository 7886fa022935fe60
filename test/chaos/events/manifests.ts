import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { costs, harmless, type Kinds } from '../event.ts';

const broken = 'apiVersion: mcpnet.io/v1alpha1\nkind: MCPService\nspec: {image: [}\n';

/** Manifests that are changed as they may be, and as they may not. Neither may cost a request. */
export const manifestEvents: Kinds = {
  'manifest broken': (world) => spoiled(world, 'is broken', broken),
  'manifest emptied': (world) => spoiled(world, 'is emptied', ''),
  'directory emptied': (world) => {
    const gapMs = world.random.between(200, 4_000);
    return {
      what: `all manifests are gone for ${gapMs} ms`,
      ...harmless,
      act: async () => {
        const { manifests } = world.net;
        await Promise.all(['network', ...world.names].map((name) => rm(join(manifests, `${name}.yaml`))));
        await delay(gapMs);
        await world.net.write('network.yaml', world.net.networkManifest());
        for (const name of world.names) await world.declare(name);
      },
    };
  },
  updated: (world) => {
    const of = world.random.pick(world.names);
    return {
      what: `${of} is updated`,
      ...costs(of),
      fails: [],
      act: () => world.declare(of, { round: world.service(of).round + 1 }),
    };
  },
  scaled: (world) => {
    const of = world.random.pick(world.names);
    const before = world.service(of).replicas;
    const replicas = world.random.pick([1, 2, 3, 4].filter((count) => count !== before));
    return {
      what: `${of} is scaled from ${before} to ${replicas}`,
      ...costs(of),
      fails: [],
      act: () => world.declare(of, { replicas }),
    };
  },
};

/** For a while the file says nothing that could be done. */
function spoiled(...[world, deed, text]: [Parameters<Kinds[string]>[0], string, string]): ReturnType<Kinds[string]> {
  const of = world.random.pick(world.names);
  const spoiledMs = world.random.between(200, 4_000);
  return {
    what: `the manifest of ${of} ${deed} for ${spoiledMs} ms`,
    ...harmless,
    act: async () => {
      await writeFile(join(world.net.manifests, `${of}.yaml`), text);
      await delay(spoiledMs);
      await world.declare(of);
    },
  };
}
