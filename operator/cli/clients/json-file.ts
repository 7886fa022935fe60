import { applyEdits, modify, parse, printParseErrorCode, type ParseError } from 'jsonc-parser';
import type { Entry } from './client-kind.ts';
import { insertProperty } from './json-insert.ts';
import { removeProperty } from './json-remove.ts';
import { changesIn, isTable, placeAt, serversIn, UnreadableFile, wayFields, type ServerFile } from './server-table.ts';

/** A JSON file whose servers stand below one name. Comments, order and white space of the rest stay as they are. */
export function jsonFile(table: string, form: 'json' | 'jsonc'): ServerFile {
  const servers = (text: string): Readonly<Record<string, unknown>> => serversIn(read(text, form), table, 'object');
  return {
    servers,
    put(text, entries) {
      const before = servers(text);
      const changes = changesIn(before, entries);
      let result = text.trim() === '' ? '{}\n' : text;
      if (changes.length > 0 && read(result, form)[table] === undefined) result = insertProperty(result, [], table, {});
      for (const [name, entry] of changes) {
        const existing = before[name];
        result = isTable(existing) ? redirect(result, [table, name], existing, entry) : add(result, table, name, entry);
      }
      return result;
    },
    take(text, names) {
      const known = servers(text);
      return names
        .filter((name) => Object.hasOwn(known, name))
        .reduce((result, name) => removeProperty(result, [table, name]), text);
    },
  };
}

/** What stands under the name, if anything does, is no server. */
function add(text: string, table: string, name: string, entry: Entry): string {
  const without = applyEdits(text, modify(text, [table, name], undefined, {}));
  return insertProperty(without, [table], name, entry);
}

/** Only the way to the server becomes another; what else its owner wrote stays. */
function redirect(text: string, path: string[], existing: Readonly<Record<string, unknown>>, entry: Entry): string {
  let result = text;
  const set = (field: string, value: unknown): void => {
    result = applyEdits(result, modify(result, [...path, field], value, {}));
  };
  for (const field of wayFields)
    if (Object.hasOwn(existing, field) && !Object.hasOwn(entry, field)) set(field, undefined);
  for (const [field, value] of Object.entries(entry))
    if (Object.hasOwn(existing, field)) set(field, value);
    else result = insertProperty(result, path, field, value);
  return result;
}

function read(text: string, form: 'json' | 'jsonc'): Readonly<Record<string, unknown>> {
  if (text.trim() === '') return {};
  const errors: ParseError[] = [];
  const lenient = form === 'jsonc';
  const content: unknown = parse(text, errors, { allowTrailingComma: lenient, disallowComments: !lenient });
  const [first] = errors;
  if (first) {
    const { line, column } = placeAt(text, first.offset);
    throw new UnreadableFile(inWords(printParseErrorCode(first.error)), line, column);
  }
  if (!isTable(content)) throw new UnreadableFile('it is no JSON object', 1, 1);
  return content;
}

/** `CommaExpected` as `comma expected`. */
function inWords(code: string): string {
  return code.replaceAll(/\B[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`).toLowerCase();
}
