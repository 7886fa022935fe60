import { isAlias, isMap, isScalar, LineCounter, parseAllDocuments, type Document } from 'yaml';

/**
 * The documents of a YAML text as pieces of it, which together are the whole text. What precedes the first belongs to it;
 * each of the others begins with its `---`.
 */
export function splitDocuments(text: string): string[] {
  const documents = parse(text);
  // An empty text has no documents, and is one empty piece.
  const starts = documents.map(({ range }, index) => (index === 0 ? 0 : range[0]));
  return starts.map((start, index) => text.slice(start, starts[index + 1] ?? text.length));
}

/** The inverse of {@link splitDocuments}; adds what keeps the pieces apart where it is missing. */
export function joinDocuments(pieces: readonly string[]): string {
  return pieces
    .filter((piece, index) => index === 0 || piece.trim() !== '')
    .map((piece, index) => {
      const ended = piece === '' || piece.endsWith('\n') ? piece : `${piece}\n`;
      return index === 0 || /^---(\s|$)/.test(ended) ? ended : `---\n${ended}`;
    })
    .join('');
}

/** A piece without the marks that keep it apart from others. */
export function bareDocument(piece: string): string {
  return piece.replace(/^---[ \t]*\n/, '').replace(/\n\.\.\.[ \t]*\n?$/, '\n');
}

/** Whether nothing stands between the marks of a document but comments: generators leave such behind. */
export function isEmptyDocument({ contents }: Document): boolean {
  return (
    contents === null || (isScalar(contents) && contents.value === null && contents.range?.[0] === contents.range?.[1])
  );
}

/** A text without the lines that begin and end documents. */
export function withoutMarks(text: string): string {
  return text.replaceAll(/^(---|\.\.\.)[ \t\r]*$/gm, '');
}

/**
 * Sets one scalar of a document and leaves every other character of its text as it is; only a form into which it cannot be
 * put so (an alias, a merge) is written anew.
 * @param path whose parent must exist
 */
export function setScalar(piece: string, path: readonly (string | number)[], value: string | number): string {
  const [document] = parse(piece);
  if (!document) throw new Error('there is no document in this text');
  const edited = spliced(piece, document, path, value);
  if (edited !== undefined && isSet(edited, path, value)) return edited;
  document.setIn(path, value);
  return document.toString({ lineWidth: 0 });
}

function spliced(
  piece: string,
  document: Document,
  path: readonly (string | number)[],
  value: string | number,
): string | undefined {
  const text = JSON.stringify(value);
  const node: unknown = document.getIn(path, true);
  if (isScalar(node) && node.range && !node.anchor)
    return piece.slice(0, node.range[0]) + text + piece.slice(node.range[1]);
  if (node !== undefined || isAlias(node)) return undefined;
  const parent: unknown = document.getIn(path.slice(0, -1), true);
  const first = isMap(parent) ? parent.items[0]?.key : undefined;
  if (!isMap(parent) || !isScalar(first) || !first.range) return undefined;
  const entry = `${String(path.at(-1))}: ${text}`;
  const at = first.range[0];
  if (parent.flow) return `${piece.slice(0, at)}${entry}, ${piece.slice(at)}`;
  const indent = piece.slice(piece.lastIndexOf('\n', at - 1) + 1, at);
  return indent.trim() === '' ? `${piece.slice(0, at)}${entry}\n${indent}${piece.slice(at)}` : undefined;
}

function isSet(piece: string, path: readonly (string | number)[], value: unknown): boolean {
  const [document, ...others] = parse(piece);
  return others.length === 0 && document?.errors.length === 0 && document.getIn(path) === value;
}

function parse(text: string): Document.Parsed[] {
  const parsed = parseAllDocuments(text, { lineCounter: new LineCounter(), uniqueKeys: false, logLevel: 'error' });
  return Array.isArray(parsed) ? parsed : [];
}
