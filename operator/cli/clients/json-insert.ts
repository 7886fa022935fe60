import { findNodeAtLocation, parseTree, type Node } from 'jsonc-parser';

/**
 * The text with one more property at the end of the object at a path; no other byte is another. What is written is
 * indented as its neighbours are, and stands on one line where they do.
 * @param path of an object that is there
 */
export function insertProperty(text: string, path: readonly string[], key: string, value: unknown): string {
  const root = parseTree(text, [], { allowTrailingComma: true });
  const object = root && findNodeAtLocation(root, [...path]);
  if (object?.type !== 'object') throw new Error(`there is no object at ${path.join('.') || 'the top'}`);
  const last = object.children?.at(-1);
  return last ? after(text, last, key, value) : within(text, object, key, value);
}

function after(text: string, last: Node, key: string, value: unknown): string {
  const end = last.offset + last.length;
  const indent = indentOf(text, last.offset);
  const startsLine = text.slice(lineStart(text, last.offset), last.offset).trim() === '';
  const added = startsLine
    ? `,${eolOf(text)}${indent}${property(text, key, value, indent)}`
    : `, ${JSON.stringify(key)}: ${JSON.stringify(value)}`;
  // Before a comma that is there already: it then follows what was added.
  return `${text.slice(0, end)}${added}${text.slice(end)}`;
}

function within(text: string, object: Node, key: string, value: unknown): string {
  const outer = indentOf(text, object.offset);
  const inner = `${outer}${unitOf(text)}`;
  const [start, end] = [object.offset + 1, object.offset + object.length - 1];
  const rest = text.slice(start, end);
  const added = `${eolOf(text)}${inner}${property(text, key, value, inner)}`;
  return `${text.slice(0, start)}${added}${rest.trim() === '' ? `${eolOf(text)}${outer}` : rest}${text.slice(end)}`;
}

function property(text: string, key: string, value: unknown, indent: string): string {
  const lines = JSON.stringify(value, undefined, unitOf(text)).split('\n');
  return `${JSON.stringify(key)}: ${lines.join(`${eolOf(text)}${indent}`)}`;
}

function lineStart(text: string, offset: number): number {
  return text.lastIndexOf('\n', offset - 1) + 1;
}

/** White space at the start of the line that an offset is on. */
function indentOf(text: string, offset: number): string {
  return /^[ \t]*/.exec(text.slice(lineStart(text, offset)))?.[0] ?? '';
}

/** By what the file indents: its first indented line tells. */
function unitOf(text: string): string {
  return /^([ \t]+)\S/m.exec(text)?.[1] ?? '  ';
}

function eolOf(text: string): string {
  return text.includes('\r\n') ? '\r\n' : '\n';
}
