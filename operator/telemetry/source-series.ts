import { labelsOf, type Exposition } from './exposition.ts';
import type { SeenSource } from './sight.ts';

/** Where manifests come from, and how that goes. */
export function writeSources(out: Exposition, sources: readonly SeenSource[]): void {
  const each = (name: string, help: string, valueOf: (source: SeenSource) => number | undefined): void => {
    const known = sources.flatMap((source) => {
      const value = valueOf(source);
      return value === undefined ? [] : [{ source: source.name, value }];
    });
    if (known.length === 0) return;
    out.family(name, 'gauge', help);
    for (const { source, value } of known) out.sample(name, labelsOf({ source }), value);
  };
  each(
    'mcpnet_source_up',
    'Whether a source of manifests is read and its newest version in force (1) or not (0).',
    ({ up }) => Number(up),
  );
  each('mcpnet_source_resources', 'Resources in force by the word of a source.', ({ resources }) => resources);
  each('mcpnet_source_checked_timestamp_seconds', 'When a repository was last read.', ({ checkedAtMs }) =>
    checkedAtMs === undefined ? undefined : checkedAtMs / 1000,
  );
}
