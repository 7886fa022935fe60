import { createScanner, findNodeAtLocation, parseTree, type Node } from 'jsonc-parser';

/**
 * The text without one property of an object; what was put in by `insertProperty` goes without a trace. Comments that stand
 * beside others stay.
 * @param path of a property that is there
 */
export function removeProperty(text: string, path: readonly string[]): string {
  const root = parseTree(text, [], { allowTrailingComma: true });
  const property = root && findNodeAtLocation(root, [...path])?.parent;
  if (property?.type !== 'property') throw new Error(`there is no property ${path.join('.')}`);
  const siblings = property.parent?.children ?? [];
  const before = siblings[siblings.indexOf(property) - 1];
  const end = endOf(property);
  if (before && text.slice(endOf(before), property.offset).replace(',', '').trim() === '')
    return text.slice(0, endOf(before)) + text.slice(end);
  const comma = commaAt(text, end);
  if (comma !== undefined) return withoutLine(text, property.offset, comma + 1);
  const rest = withoutLine(text, property.offset, end);
  const last = before && commaAt(text, endOf(before));
  return last === undefined ? closed(rest, property) : rest.slice(0, last) + rest.slice(last + 1);
}

/** Where a comma is the next that is said, after white space and comments. */
function commaAt(text: string, offset: number): number | undefined {
  const scanner = createScanner(text, true);
  scanner.setPosition(offset);
  scanner.scan();
  return text[scanner.getTokenOffset()] === ',' ? scanner.getTokenOffset() : undefined;
}

/** Without the line as well, where nothing else stands on it. */
function withoutLine(text: string, start: number, end: number): string {
  const lineStart = text.lastIndexOf('\n', start - 1) + 1;
  const isFirst = text.slice(lineStart, start).trim() === '';
  const blank = /^[ \t]*(\r?\n)?/.exec(text.slice(end))?.[0] ?? '';
  return isFirst && blank.includes('\n')
    ? text.slice(0, lineStart) + text.slice(end + blank.length)
    : text.slice(0, start) + text.slice(end).replace(/^[ \t]+/, '');
}

/** The object in which nothing is left stands on one line. */
function closed(rest: string, { parent }: Node): string {
  const open = parent?.offset ?? 0;
  return rest.slice(0, open + 1) + rest.slice(open + 1).replace(/^\s*\}/, '}');
}

function endOf({ offset, length }: Node): number {
  return offset + length;
}
