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
    return new ManifestFile(entry, ...parse(text, file, dirname(entry.path), problem));
  }

  isSame(entry: FileEntry): boolean {
    const { inode, modifiedMs, sizeBytes } = this.#entry;
    return inode === entry.inode && modifiedMs === entry.modifiedMs && sizeBytes === entry.sizeBytes;
  }
}

function parse(
  text: string,
  file: string,
  directory: string,
  problem: (message: string, remedy: string, at?: Position) => ManifestProblem,
): [SourceDocument[], ManifestProblem[]] {
  const lines = new LineCounter();
  const documents: SourceDocument[] = [];
  const problems: ManifestProblem[] = [];
  const parsed = parseAllDocuments(text, { lineCounter: lines, prettyErrors: false });
  for (const document of Array.isArray(parsed) ? parsed : []) {
    const error = document.errors[0];
    if (error) {
      const { line, col } = lines.linePos(error.pos[0]);
      problems.push(
        problem(`is not valid YAML: ${error.message}`, 'mend the syntax at this place', { line, column: col }),
      );
      continue;
    }
    if (document.contents === null) continue;
    try {
      const value: unknown = document.toJS({ maxAliasCount: mostAliases });
      documents.push({ value, file, directory, locate: (path) => locate(document, lines, path) });
    } catch (failure) {
      problems.push(
        problem(
          `cannot be expanded: ${failure instanceof Error ? failure.message : String(failure)}`,
          'write the values out instead of using so many aliases',
          locate(document, lines, []),
        ),
      );
    }
  }
  // An empty file is one that is being written, or a slip; one of comments alone is meant.
  if (text.trim() === '')
    problems.push(problem('holds no document', 'remove the file if it is meant to declare nothing'));
  return [documents, problems];
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
