import type { MCPNetwork, MCPService } from '../../schemas/types.ts';
import type { Config } from '../config.ts';
import { resourceKey, type Resource, type ResourceKey } from '../core/resource.ts';
import { Store } from '../engine/store.ts';
import type { ManifestProblem } from '../ports/source.ts';
import { DirectorySource } from '../sources/directory.ts';

/** What the manifests declare, with every default. */
export interface Declared {
  readonly networks: ReadonlyMap<ResourceKey, Resource<MCPNetwork['spec']>>;
  readonly services: ReadonlyMap<ResourceKey, Resource<MCPService['spec']>>;
  readonly problems: readonly ManifestProblem[];
}

/** Reads the directory of manifests without an operator; what is invalid is left out. */
export async function readDeclared(config: Pick<Config, 'manifests'>): Promise<Declared> {
  const store = new Store({ allowEmpty: true });
  store.apply(await new DirectorySource(config.manifests).scan(), false);
  // Of these kinds, so admission has validated them against their schemas.
  const byKey = <Spec>(kind: string): ReadonlyMap<ResourceKey, Resource<Spec>> =>
    new Map((store.ofKind(kind) as Resource<Spec>[]).map((each) => [resourceKey(each), each]));
  return { networks: byKey('MCPNetwork'), services: byKey('MCPService'), problems: store.problems };
}
