import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { readConfig, type Flags } from '../config.ts';
import { keyOf, type ResourceKey } from '../core/resource.ts';
import { readHistory, readResources } from './client.ts';
import type { LiveNames } from './complete.ts';

interface Known {
  readonly key: ResourceKey;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly instances: readonly { readonly type: string; readonly id: string }[];
}

/** From the running operator, in one request; without one from the records of the last, by the names of their files. */
export function liveNames(flags: Flags, self: Command): LiveNames {
  const config = readConfig({ ...self.optsWithGlobals<Flags>(), ...flags });
  let known: Promise<readonly Known[]> | undefined;
  const all = (): Promise<readonly Known[]> =>
    (known ??= readResources(config)
      .catch(() => undefined)
      .then((found) => found?.items ?? recorded(config.state)));
  const names = async (kind: string): Promise<string[]> =>
    (await all()).flatMap((each) => (each.kind === kind ? [each.metadata.name] : []));
  const workloads = ({ instances }: Known): string[] =>
    instances.flatMap(({ type, id }) => (type === 'workload' ? [id] : []));
  const service = async (name: string): Promise<Known | undefined> =>
    (await all()).find(({ kind, metadata }) => kind === 'MCPService' && metadata.name === name);
  return {
    services: () => names('MCPService'),
    networks: () => names('MCPNetwork'),
    instances: async () => (await all()).flatMap(workloads),
    namespaces: async () => (await all()).map(({ metadata }) => metadata.namespace),
    instancesOf: async (name) => {
      const found = await service(name);
      return found ? workloads(found) : [];
    },
    revisionsOf: async (name) => {
      const found = await service(name);
      const history = found && (await readHistory(config, found.key));
      return history?.revisions.map(({ number }) => String(number)) ?? [];
    },
  };
}

function recorded(state: string): Known[] {
  try {
    return readdirSync(join(state, 'revisions')).flatMap((file) => {
      const [kind = '', namespace = '', name = '', end] = file.split('.');
      return end === 'json'
        ? [{ key: keyOf(kind, namespace, name), kind, metadata: { name, namespace }, instances: [] }]
        : [];
    });
  } catch {
    return [];
  }
}
