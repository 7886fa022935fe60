import { isUtf8 } from 'node:buffer';
import { readFile } from 'node:fs/promises';
import { dirname, relative } from 'node:path';
import { isMap, LineCounter, parseAllDocuments, type Document } from 'yaml';
import { printable } from '../core/printable.ts';
import type { ManifestProblem, Position, SourceDocument } from '../ports/source.ts';
import { isEmptyDocument, withoutMarks } from './document-text.ts';
import { readPlain } from './plain-yaml.ts';
import { pileIn } from './pile.ts';
import { oddityIn } from './tree.ts';
import type { FileEntry } from './walk.ts';

const largestBytes = 1024 * 1024;
/** Aliases that one document may expand to; more is a bomb. */
const mostAliases = 100;
const longestMessage = 300;
const mostDocuments = 10_000;
/** What is smaller cannot cost much, whatever it holds. */
const harmlessBytes = 64 * 1024;

/** One file, parsed. Its documents stay valid as long as the file does not change. */
export class ManifestFile {
  readonly documents: readonly SourceDocument[];
  readonly problems: readonly ManifestProblem[];
  /** By `performance.now()`, which nobody can set. */
  readonly readAtMs = performance.now();
  readonly #entry: FileEntry;

  private constructor(entry: FileEntry, documents: readonly SourceDocument[], problems: readonly ManifestProblem[]) {
    this.#entry = entry;
    this.documents = documents;
    this.problems = problems;
  }

  static async read(root: string, entry: FileEntry): Promise<ManifestFile> {
    const file = relative(root, entry.path);
    const problem = (message: string, remedy: string, at: Position = { line: 1, column: 1 }): ManifestProblem => ({
      file,
      ...at,
      path: '',
      message,
      remedy,
    });
    if (entry.sizeBytes > largestBytes) {
      return new ManifestFile(
        entry,
        [],
        [problem(`has ${entry.sizeBytes} bytes, more than ${largestBytes}`, 'split it; manifests are small')],
      );
    }
    try {
      const { documents, problems } = readManifests(await readFile(entry.path), file, dirname(entry.path));
      return new ManifestFile(entry, documents, problems);
    } catch (error) {
      return new ManifestFile(
        entry,
        [],
        [problem(`cannot be read: ${String(error)}`, "give the operator's user the right to read it")],
      );
    }
  }

  isSame(entry: FileEntry): boolean {
    const { inode, modifiedMs, sizeBytes } = this.#entry;
    return inode === entry.inode && modifiedMs === entry.modifiedMs && sizeBytes === entry.sizeBytes;
  }
}

/**
 * The documents of a file's content.
 * @param directory where relative paths in them start
 */
export function readManifests(
  bytes: Buffer,
  file: string,
  directory: string,
): { readonly documents: readonly SourceDocument[]; readonly problems: readonly ManifestProblem[] } {
  const problem = (message: string, remedy: string, at: Position = { line: 1, column: 1 }): ManifestProblem => ({
    file,
    ...at,
    path: '',
    message: printable(message, longestMessage),
    remedy,
  });
  if (!isUtf8(bytes))
    return { documents: [], problems: [problem('is not UTF-8 here', 'save the file as UTF-8', firstBroken(bytes))] };
  const text = bytes.toString('utf8');
  const plain = bytes.length > harmlessBytes ? undefined : readPlain(text);
  if (plain) {
    const { value, line } = plain;
    return { documents: [{ value, file, directory, locate: lateLocator(text, line) }], problems: [] };
  }
  const pile = bytes.length > harmlessBytes ? pileIn(text) : undefined;
  if (pile !== undefined) {
    const at = { line: text.slice(0, pile).split('\n').length, column: pile - text.lastIndexOf('\n', pile - 1) };
    const remedy = 'write it flatter; no field of a manifest is that deep';
    return { documents: [], problems: [problem('is nested too deeply here', remedy, at)] };
  }
  let parsed: ParsedText;
  try {
    parsed = new ParsedText(text);
  } catch (failure) {
    // The library descends into itself: brackets within brackets use up the stack.
    const message = `cannot be parsed: ${failure instanceof Error ? failure.message : String(failure)}`;
    return { documents: [], problems: [problem(message, 'write it flatter; no field of a manifest is that deep')] };
  }
  const documents: SourceDocument[] = [];
  const problems: ManifestProblem[] = [];
  if (parsed.documents.length > mostDocuments)
    return {
      documents,
      problems: [problem(`holds more than ${mostDocuments} documents`, 'split it into several files')],
    };
  parsed.documents.forEach((document, index) => {
    const error = document.errors[0];
    if (error) {
      const { line, col } = parsed.lines.linePos(error.pos[0]);
      problems.push(
        problem(`is not valid YAML: ${error.message}`, 'mend the syntax at this place', { line, column: col }),
      );
      return;
    }
    if (isEmptyDocument(document)) return;
    const odd = oddityIn(document);
    if (odd) {
      const { line, col } = parsed.lines.linePos(odd.offset);
      problems.push(problem(odd.message, odd.remedy, { line, column: col }));
      return;
    }
    try {
      const value: unknown = document.toJS({ maxAliasCount: mostAliases });
      documents.push({ value, file, directory, locate: parsed.locator(index) });
    } catch (failure) {
      problems.push(
        problem(
          `cannot be expanded: ${failure instanceof Error ? failure.message : String(failure)}`,
          'write the values out instead of using so many aliases',
          parsed.locator(index)([]),
        ),
      );
    }
  });
  // An empty file is one that is being written, or a slip; one of comments alone is meant.
  if (withoutMarks(text).trim() === '')
    problems.push(problem('holds no document', 'remove the file if it is meant to declare nothing'));
  return { documents, problems };
}

interface Parsed {
  readonly documents: readonly Document[];
  readonly lines: LineCounter;
}

/**
 * A text with its syntax trees. They take fifty times the memory of the text and are seldom asked for again, so they are
 * kept only as long as memory lasts and made anew when a place is asked for.
 */
class ParsedText implements Parsed {
  readonly #text: string;
  #parsed: WeakRef<Parsed>;

  constructor(text: string) {
    this.#text = text;
    this.#parsed = new WeakRef(parse(text));
  }

  get documents(): readonly Document[] {
    return this.#get().documents;
  }

  get lines(): LineCounter {
    return this.#get().lines;
  }

  /** Where values of one of the documents stand. */
  locator(index: number): SourceDocument['locate'] {
    return (path) => {
      const { documents, lines } = this.#get();
      const document = documents[index];
      return document ? locate(document, lines, path) : { line: 1, column: 1 };
    };
  }

  #get(): Parsed {
    const known = this.#parsed.deref();
    if (known) return known;
    const parsed = parse(this.#text);
    this.#parsed = new WeakRef(parsed);
    return parsed;
  }
}

/** Where values stand in a text that has not been parsed: nobody may ever ask but for where it begins. */
function lateLocator(text: string, line: number): SourceDocument['locate'] {
  let parsed: ParsedText | undefined;
  return (path) => (path.length === 0 ? { line, column: 1 } : (parsed ??= new ParsedText(text)).locator(0)(path));
}

function parse(text: string): Parsed {
  const lines = new LineCounter();
  const parsed = parseAllDocuments(text, {
    lineCounter: lines,
    prettyErrors: false,
    uniqueKeys: false,
    logLevel: 'error',
  });
  return { documents: Array.isArray(parsed) ? parsed : [], lines };
}

/** Where the first byte stands that is no part of any character. */
function firstBroken(bytes: Buffer): Position {
  let line = 1;
  let start = 0;
  for (let end = bytes.indexOf(10); end >= 0 && isUtf8(bytes.subarray(start, end)); end = bytes.indexOf(10, start)) {
    line++;
    start = end + 1;
  }
  const text = bytes.subarray(start, start + 10_000).toString('utf8');
  return { line, column: Math.max(text.indexOf('\ufffd'), 0) + 1 };
}

/** Walks from the whole path towards the root until something stands in the file. */
function locate(document: Document, lines: LineCounter, path: readonly (string | number)[]): Position {
  for (let length = path.length; length >= 0; length--) {
    const offset = offsetOf(document, path.slice(0, length));
    if (offset === undefined) continue;
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  }
  return { line: 1, column: 1 };
}

/** Of the key where the value is in a mapping: that is what people look for. */
function offsetOf(document: Document, path: readonly (string | number)[]): number | undefined {
  const last = path.at(-1);
  const parent: unknown = path.length === 0 ? undefined : document.getIn(path.slice(0, -1).map(asIndex), true);
  if (isMap(parent)) {
    const pair = parent.items.find(({ key }) => String((key as { value?: unknown } | null)?.value) === String(last));
    return (pair?.key as { range?: [number, number, number] } | undefined)?.range?.[0];
  }
  const node = path.length === 0 ? document.contents : document.getIn(path.map(asIndex), true);
  return (node as { range?: [number, number, number] } | null | undefined)?.range?.[0];
}

function asIndex(step: string | number): string | number {
  return typeof step === 'string' && /^\d+$/.test(step) ? Number(step) : step;
}
