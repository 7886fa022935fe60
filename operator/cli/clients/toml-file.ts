import { parse, patch } from '@decimalturn/toml-patch';
import type { Entry } from './client-kind.ts';
import { changesIn, isTable, leadsTo, serversIn, UnreadableFile, wayFields, type ServerFile } from './server-table.ts';

/** A TOML file with a table for each server: `[mcp_servers.files]`. */
export function tomlFile(table: string): ServerFile {
  const servers = (text: string): Readonly<Record<string, unknown>> => serversIn(read(text), table, 'table');
  return {
    servers,
    put(text, entries) {
      const before = servers(text);
      const changes = changesIn(before, entries);
      const added = changes.filter(([name]) => !Object.hasOwn(before, name));
      const replaced = changes.filter(([name]) => Object.hasOwn(before, name));
      return append(replaced.length > 0 ? patched(text, table, replaced) : text, table, added, servers);
    },
    take(text, names) {
      const known = servers(text);
      const left = Object.entries(known).filter(([name]) => !names.includes(name));
      if (left.length === Object.keys(known).length) return text;
      const { [table]: _servers, ...others } = read(text);
      return patch(text, left.length > 0 ? { ...others, [table]: Object.fromEntries(left) } : others);
    },
  };
}

/** At the end of the file, so that nothing before it changes in any byte; where that is not what was meant, inside. */
function append(
  text: string,
  table: string,
  added: readonly (readonly [string, Entry])[],
  servers: ServerFile['servers'],
): string {
  if (added.length === 0) return text;
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  const blocks = added.map(([name, entry]) =>
    [
      `[${table}.${name}]`,
      ...Object.entries(entry).map(([field, value]) => `${field} = ${JSON.stringify(value)}`),
      '',
    ].join(eol),
  );
  const start = text === '' || text.endsWith('\n') ? text : `${text}${eol}`;
  const result = `${start}${start.trim() === '' ? '' : eol}${blocks.join(eol)}`;
  try {
    const after = servers(result);
    if (added.every(([name, entry]) => leadsTo(after[name], entry))) return result;
  } catch (error) {
    // An inline table cannot be added to from outside of it (TOML 1.0, inline table).
    if (!(error instanceof UnreadableFile)) throw error;
  }
  return patched(text, table, added);
}

function patched(text: string, table: string, changes: readonly (readonly [string, Entry])[]): string {
  const content = read(text);
  const found = content[table];
  const servers = { ...(isTable(found) ? found : {}) };
  for (const [name, entry] of changes) {
    const existing = servers[name];
    const kept = isTable(existing)
      ? Object.fromEntries(
          Object.entries(existing).filter(([field]) => !(wayFields as readonly string[]).includes(field)),
        )
      : {};
    servers[name] = { ...entry, ...kept };
  }
  return patch(text, { ...content, [table]: servers });
}

function read(text: string): Readonly<Record<string, unknown>> {
  try {
    return parse(text) as Readonly<Record<string, unknown>>;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const { line = 1, column = 0 } = error as Error & { line?: number; column?: number };
    throw new UnreadableFile(error.message.split('\n').at(-1) ?? '', line, column + 1);
  }
}
