import { isDeepStrictEqual } from 'node:util';
import type { Entry } from './client-kind.ts';

/** Fields by which clients find a server; whatever else stands in an entry is its owner's. */
export const wayFields = ['type', 'url', 'httpUrl', 'command', 'args'] as const;

/** The text of a client's file as a table of servers that entries can be put into. */
export interface ServerFile {
  /** The servers that are there, by name. @throws UnreadableFile */
  servers(text: string): Readonly<Record<string, unknown>>;
  /** The text with these entries; everything else in it stays as it is. @throws UnreadableFile */
  put(text: string, entries: ReadonlyMap<string, Entry>): string;
  /** The text without the servers of these names; those that are not there are passed over. @throws UnreadableFile */
  take(text: string, names: readonly string[]): string;
}

/** A text in which nothing may be changed because it is not understood. */
export class UnreadableFile extends Error {
  readonly line: number;
  readonly column: number;

  /** @param line and column from 1 */
  constructor(message: string, line: number, column: number) {
    super(message);
    this.line = line;
    this.column = column;
  }
}

export function placeAt(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset).split('\n');
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

/** Whether a server that is there is found in the same way. */
export function leadsTo(existing: unknown, entry: Entry): boolean {
  return isDeepStrictEqual(wayOf(existing), wayOf(entry));
}

/** Entries under whose names the file has other servers. */
export function rivals(
  servers: Readonly<Record<string, unknown>>,
  entries: ReadonlyMap<string, Entry>,
): readonly string[] {
  return [...entries].flatMap(([name, entry]) =>
    Object.hasOwn(servers, name) && !leadsTo(servers[name], entry) ? [name] : [],
  );
}

/** Servers of a file that are found in the way of one of these entries, by whatever name. */
export function leadingTo(servers: Readonly<Record<string, unknown>>, entries: readonly Entry[]): readonly string[] {
  return Object.keys(servers).filter((name) => entries.some((entry) => leadsTo(servers[name], entry)));
}

/** What must be written: names that are not there, and those that lead elsewhere. */
export function changesIn(
  servers: Readonly<Record<string, unknown>>,
  entries: ReadonlyMap<string, Entry>,
): (readonly [string, Entry])[] {
  return [...entries].filter(([name, entry]) => !Object.hasOwn(servers, name) || !leadsTo(servers[name], entry));
}

export function isTable(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The servers in a file's content: none where their table is not there. @throws UnreadableFile */
export function serversIn(
  content: Readonly<Record<string, unknown>>,
  table: string,
  isCalled: 'object' | 'table',
): Readonly<Record<string, unknown>> {
  const found = content[table];
  if (found !== undefined && !isTable(found)) throw new UnreadableFile(`"${table}" is no ${isCalled}`, 1, 1);
  return found ?? {};
}

function wayOf(entry: unknown): Record<string, unknown> {
  if (!isTable(entry)) return { entry };
  return Object.fromEntries(
    wayFields.filter((field) => Object.hasOwn(entry, field)).map((field) => [field, entry[field]]),
  );
}
