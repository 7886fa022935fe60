import { isAlias, isMap, isPair, isScalar, isSeq, type Document, type Node, type Pair } from 'yaml';

/** What a manifest cannot mean, and where it begins in the text. */
export interface Oddity {
  readonly message: string;
  readonly remedy: string;
  readonly offset: number;
}

const deepest = 64;

/**
 * The first thing in a document that makes its value costly or ambiguous: keys that are collections (turning them into
 * strings takes time exponential in their depth), keys given twice, and nesting that no manifest has. Linear in the size;
 * the library's own check for double keys is quadratic, and so is off.
 */
export function oddityIn(document: Document): Oddity | undefined {
  const open: { readonly node: unknown; readonly depth: number }[] = [{ node: document.contents, depth: 0 }];
  for (let next = open.pop(); next; next = open.pop()) {
    const { node, depth } = next;
    if (!isMap(node) && !isSeq(node)) continue;
    if (depth > deepest)
      return {
        message: `is nested deeper than ${deepest} levels`,
        remedy: 'write it flatter; no field of a manifest is that deep',
        offset: offsetOf(node),
      };
    const odd = isMap(node) ? oddKey(node.items) : undefined;
    if (odd) return odd;
    // From the last to the first, so that the first is looked at first.
    for (const item of node.items.toReversed()) open.push({ node: isPair(item) ? item.value : item, depth: depth + 1 });
  }
  return undefined;
}

function oddKey(pairs: readonly Pair[]): Oddity | undefined {
  const seen = new Set<string>();
  for (const { key } of pairs) {
    const offset = offsetOf(key as Node | null);
    if (!isScalar(key) || isAlias(key))
      return { message: 'has a key that is not a plain word', remedy: 'write field names as plain words', offset };
    const name = String(key.value);
    if (seen.has(name)) return { message: `has the field "${name}" twice`, remedy: 'remove one of the two', offset };
    seen.add(name);
  }
  return undefined;
}

function offsetOf(node: Node | null): number {
  return node?.range?.[0] ?? 0;
}
