import stringify from 'safe-stable-stringify';

const mostShown = 3;
const longestValue = 40;
/** Fields whose values stay out of every text: some put there what is meant for nobody's eyes. */
const unshown = new Set(['env', 'args', 'command']);

/** What differs between two specs, for people: `spec.image tiny:1 -> tiny:2, spec.args changed and 2 more`. */
export function describeChange(before: unknown, after: unknown): string {
  const changes = changesBelow('spec', before, after);
  const more = changes.length - mostShown;
  return `${changes.slice(0, mostShown).join(', ')}${more > 0 ? ` and ${more} more` : ''}` || 'nothing';
}

function changesBelow(path: string, before: unknown, after: unknown): string[] {
  if (stringify(before) === stringify(after)) return [];
  if (unshown.has(path.split('.').at(-1) ?? '')) return [`${path} changed`];
  if (!isRecord(before) || !isRecord(after)) return [`${path} ${shown(before)} -> ${shown(after)}`];
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return names.flatMap((name) => changesBelow(`${path}.${name}`, before[name], after[name]));
}

function shown(value: unknown): string {
  const text = typeof value === 'string' ? value : (stringify(value) ?? 'none');
  return text.length > longestValue ? `${text.slice(0, longestValue - 3)}...` : text;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
