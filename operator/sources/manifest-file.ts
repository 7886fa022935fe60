import { readFile } from 'node:fs/promises';
import { dirname, relative } from 'node:path';
import { isMap, LineCounter, parseAllDocuments, type Document } from 'yaml';
import type { ManifestProblem, Position, SourceDocument } from '../ports/source.ts';
import type { FileEntry } from './walk.ts';

const largestBytes = 1024 * 1024;
/** Aliases that one document may expand to; more is a bomb. */
const mostAliases = 100;

/** One file, parsed. Its documents stay valid as long as the file does not change. */
export class ManifestFile {
  readonly documents: readonly SourceDocument[];
  readonly problems: readonly ManifestProblem[];
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
    let text: string;
    try {
      text = await readFile(entry.path, 'utf8');
    } catch (error) {
      return new ManifestFile(
        entry,
        [],
        [problem(`cannot be read: ${String(error)}`, "give the operator's user the right to read it")],
      );
    }
    return new ManifestFile(entry, ...read(text, file, dirname(entry.path), problem));
  }

  isSame(entry: FileEntry): boolean {
    const { inode, modifiedMs, sizeBytes } = this.#entry;
    return inode === entry.inode && modifiedMs === entry.modifiedMs && sizeBytes === entry.sizeBytes;
  }
}

function read(
  text: string,
  file: string,
  directory: string,
  problem: (message: string, remedy: string, at?: Position) => ManifestProblem,
): [SourceDocument[], ManifestProblem[]] {
  const parsed = new ParsedText(text);
  const documents: SourceDocument[] = [];
  const problems: ManifestProblem[] = [];
  parsed.documents.forEach((document, index) => {
    const error = document.errors[0];
    if (error) {
      const { line, col } = parsed.lines.linePos(error.pos[0]);
      problems.push(
        problem(`is not valid YAML: ${error.message}`, 'mend the syntax at this place', { line, column: col }),
      );
      return;
    }
    if (document.contents === null) return;
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
  if (text.trim() === '')
    problems.push(problem('holds no document', 'remove the file if it is meant to declare nothing'));
  return [documents, problems];
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

function parse(text: string): Parsed {
  const lines = new LineCounter();
  const parsed = parseAllDocuments(text, { lineCounter: lines, prettyErrors: false });
  return { documents: Array.isArray(parsed) ? parsed : [], lines };
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
