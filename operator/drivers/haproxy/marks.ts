import type { BackendSpec } from '../../core/route-spec.ts';
import type { BoundBalancer, Entry, Model, ServerEntry } from './model.ts';

const itemMark = '# item ';

/** A comment line of the file that says what the lines below it were rendered from. */
export function mark(type: 'balancer' | 'backend' | 'server', entry: Entry<unknown>): string {
  return `${itemMark}${type} ${JSON.stringify(entry)}`;
}

/** The model that a file was rendered from, or undefined if it is not one of ours. */
export function parseModel(text: string): Model | undefined {
  let balancer: Model['balancer'] | undefined;
  const backends = new Map<string, Entry<BackendSpec>>();
  const servers = new Map<string, ServerEntry>();
  for (const line of text.split('\n')) {
    const content = line.trimStart();
    if (!content.startsWith(itemMark)) continue;
    const [type, json] = splitOnce(content.slice(itemMark.length));
    try {
      // Written by mark() above; a line damaged by hand fails to parse and is as good as absent.
      const entry = JSON.parse(json) as never;
      if (type === 'balancer') balancer = completedBalancer(entry);
      if (type === 'backend') backends.set((entry as Entry<BackendSpec>).id, completedBackend(entry));
      if (type === 'server') servers.set((entry as ServerEntry).id, entry);
    } catch {
      continue;
    }
  }
  return balancer && { balancer, backends, servers };
}

/** A file of an earlier version says nothing of what came later; it is rendered anew before it is made right. */
function completedBackend(entry: Entry<BackendSpec>): Entry<BackendSpec> {
  const known: Partial<BackendSpec> = entry.spec;
  const { access = { origins: [], hosts: [] }, limits = {} } = known;
  return { ...entry, spec: { ...entry.spec, access, limits } };
}

function completedBalancer(entry: Entry<BoundBalancer>): Entry<BoundBalancer> {
  // Read from a file: what an earlier version wrote has fewer fields.
  const known = entry.spec as Partial<BoundBalancer>;
  return { ...entry, spec: { ...entry.spec, threads: known.threads ?? 1 } };
}

function splitOnce(text: string): [string, string] {
  const space = text.indexOf(' ');
  return [text.slice(0, space), text.slice(space + 1)];
}
