import { desireNetwork } from '../../controllers/mcpnetwork/desire.ts';
import { desireService } from '../../controllers/mcpservice/desire.ts';
import { hashVersions } from '../../operator/core/hash.ts';
import type { DesiredItem } from '../../operator/core/item.ts';
import type { DesireContext } from '../../operator/core/kind.ts';
import { resourceKey, type Resource } from '../../operator/core/resource.ts';
import { admit } from '../../operator/engine/admit.ts';
import type { MCPNetwork, MCPService } from '../../schemas/types.ts';
import type { Manifest } from './network.ts';

export interface Declared {
  readonly network: Manifest;
  readonly services: readonly Manifest[];
  readonly scope: string;
  readonly stateDirectory: string;
}

/** What the operator's own controllers want for manifests, late values unbound. The network's items come first. */
export function desiredItems({ network, services, scope, stateDirectory }: Declared): DesiredItem[] {
  const declared = resourceOf(network) as Resource<MCPNetwork['spec']>;
  const ports = new Map<string, number>();
  const context: DesireContext = {
    scope,
    platform: { hostNetwork: true, operatorUser: '0:0', stateDirectory, bridgeImage: '' },
    resolve: () => declared,
    names: () => [],
    port: (key) => ({ port: ports.get(key) ?? 0 }),
    secret: () => undefined,
    workloads: () => [],
    hashVersions,
    rollout: () => ({ drained: [] }),
  };
  const wanted = services.map((manifest) => {
    const service = resourceOf(manifest) as Resource<MCPService['spec']>;
    ports.set(resourceKey(service), service.spec.port ?? 0);
    return desireService(service, context);
  });
  return [desireNetwork(declared, context), ...wanted].flatMap((desire) => {
    if ('blocked' in desire) throw new Error(desire.blocked.message);
    return desire.items;
  });
}

function resourceOf(manifest: Manifest): Resource {
  const verdict = admit({ value: manifest, file: 'bench', directory: '/', locate: () => ({ line: 1, column: 1 }) });
  if (!verdict.ok) throw new Error(verdict.problems.map(({ path, message }) => `${path} ${message}`).join('; '));
  const { kind, metadata, spec } = verdict.admitted;
  return { kind, metadata, spec, generation: 1, origin: { file: 'bench', line: 1, directory: '/' } };
}
