import type Docker from 'dockerode';
import type { Inspection } from './inspections.ts';
import { label } from './labels.ts';

type Container = Docker.ContainerInfo;

const complete = [label.owner, label.key, label.id, label.hash, label.hashVersion, label.role] as const;

/**
 * Which of the containers with our scope's label are ours. The label alone proves nothing: others copy it, and images
 * made of our containers inherit it. What bears all labels and the name that they give stands in our place, whoever put
 * it there. Under another name it is ours only with a seal that fits (then somebody renamed it), and once: a copy beside
 * it is its maker's. What is not ours is neither counted nor touched.
 */
export function ownContainers(
  containers: readonly Container[],
  inspections: ReadonlyMap<string, Inspection>,
): Container[] {
  const byId = new Map<string, Container>();
  for (const container of containers) {
    if (!complete.every((name) => container.Labels[name])) continue;
    const id = container.Labels[label.id] ?? '';
    if (nameOf(container) === id) byId.set(id, container);
    else if (!byId.has(id) && isRenamed(container, inspections)) byId.set(id, container);
  }
  return [...byId.values()];
}

/** The engine lists names under which linked containers know it, too; those have another slash. */
export function nameOf({ Names }: Container): string {
  const own = Names.find((name) => name.lastIndexOf('/') === 0);
  return own?.slice(1) ?? '';
}

function isRenamed({ Id, Labels }: Container, inspections: ReadonlyMap<string, Inspection>): boolean {
  return Labels[label.seal] !== undefined && inspections.get(Id)?.fitsSeal === true;
}
