import { resolve } from 'node:path';
import { settingsPlaces } from '../../config.ts';
import type { ClientKind, Entry } from './client-kind.ts';
import { jsonFile } from './json-file.ts';
import { mergeInto } from './merge.ts';
import { leadingTo, leadsTo, rivals, UnreadableFile, type ServerFile } from './server-table.ts';
import { tomlFile } from './toml-file.ts';

/** Which of a client's files is meant. */
export interface Place {
  readonly in?: string;
  readonly file?: string;
}

export function fileOf({ format, table }: ClientKind): ServerFile {
  return format === 'toml' ? tomlFile(table) : jsonFile(table, format);
}

/** Undefined where the client has no file of its own. @throws Error for a place that it does not have */
export function placeOf(kind: ClientKind, { file, in: place }: Place): string | undefined {
  if (file !== undefined) return resolve(file);
  if (place !== undefined && place !== 'user' && place !== 'project')
    throw new Error(`--in takes user or project, not "${place}"`);
  if (place !== 'project') return kind.userFile?.(settingsPlaces());
  if (kind.projectFile === undefined) throw new Error(`${kind.title} has no file for a project; leave --in out`);
  return resolve(kind.projectFile);
}

/** Puts entries into the client's file, and returns a sentence about it. @param mayReplace servers that lead elsewhere */
export async function putIn(
  kind: ClientKind,
  place: Place,
  entries: ReadonlyMap<string, Entry>,
  mayReplace: boolean,
): Promise<string> {
  const path = ownFile(kind, place);
  const file = fileOf(kind);
  const names = [...entries.keys()].join(', ');
  const merged = await edit(path, (text) => {
    const taken = mayReplace ? [] : rivals(file.servers(text), entries);
    if (taken.length > 0)
      throw new Error(
        `${path} has other servers named ${taken.join(', ')}; nothing was written. --replace puts ours in their place, --prefix TEXT gives ours other names`,
      );
    return file.put(text, entries);
  });
  return merged.changed ? `${path} leads to ${names}${before(merged)}` : `${path} already leads to ${names}`;
}

/**
 * Takes servers out of the client's file, and returns a sentence about it.
 * @param ours entries of all services, by which ours are told from others
 * @param wanted names in the file; none means all that lead to one of ours
 * @param mayReplace takes out what is named wherever it leads
 */
export async function takeOut(
  kind: ClientKind,
  place: Place,
  ours: readonly Entry[],
  wanted: readonly string[],
  mayReplace: boolean,
): Promise<string> {
  const path = ownFile(kind, place);
  const file = fileOf(kind);
  let taken: readonly string[] = [];
  const merged = await edit(path, (text) => {
    const servers = file.servers(text);
    taken = wanted.length > 0 ? wanted.filter((name) => Object.hasOwn(servers, name)) : leadingTo(servers, ours);
    const others = mayReplace ? [] : taken.filter((name) => !ours.some((entry) => leadsTo(servers[name], entry)));
    if (others.length > 0)
      throw new Error(
        `${path} has servers named ${others.join(', ')} that lead to none of our services; nothing was written. --replace takes them out all the same`,
      );
    return file.take(text, taken);
  });
  return merged.changed
    ? `${path} no longer leads to ${taken.join(', ')}${before(merged)}`
    : `${path} leads to none of ${wanted.length > 0 ? 'these' : 'our services'}`;
}

function before({ backup }: { readonly backup?: string }): string {
  return backup === undefined ? '' : ` (before: ${backup})`;
}

function ownFile(kind: ClientKind, place: Place): string {
  const path = placeOf(kind, place);
  if (path === undefined) throw new Error(`${kind.title} has no file of its own; name one: --file FILE`);
  return path;
}

async function edit(path: string, change: (text: string) => string): ReturnType<typeof mergeInto> {
  try {
    return await mergeInto(path, change, new Date());
  } catch (error) {
    if (!(error instanceof UnreadableFile)) throw error;
    throw new Error(
      `${path}:${error.line}:${error.column} ${error.message}; nothing was written. Mend the file, then try again`,
      { cause: error },
    );
  }
}
