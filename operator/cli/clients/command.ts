import { resolve } from 'node:path';
import type { Command } from 'commander';
import { readConfig, settingsPlaces, type Flags } from '../../config.ts';
import { clientKind, clientKinds } from './catalog.ts';
import type { ClientKind, Endpoint, Entry } from './client-kind.ts';
import { chooseEndpoints, readOffers } from './endpoints.ts';
import { jsonFile } from './json-file.ts';
import { mergeInto } from './merge.ts';
import { rivals, UnreadableFile, type ServerFile } from './server-table.ts';
import { tomlFile } from './toml-file.ts';

interface ClientOptions extends Flags {
  readonly write?: boolean;
  readonly shell?: boolean;
  readonly in?: string;
  readonly file?: string;
  readonly prefix?: string;
  readonly replace?: boolean;
}

export function clientCommand(program: Command): void {
  program
    .command('client')
    .description('the configuration that connects a client of MCP to the services; --write puts it into its own file')
    .argument('<client>', clientKinds.map(({ name }) => name).join(', '))
    .argument('[services...]', 'only these (default: all that are ready)')
    .option('--write', "merge it into the client's own file; what else is there stays, a copy is kept beside it")
    .option('--in <place>', 'user or project: which of its files (default: user, if it has one)')
    .option('--file <file>', 'another file of the same form')
    .option('--prefix <text>', 'put before the names of the services')
    .option('--replace', 'also where a server of the same name leads elsewhere')
    .option('--shell', "print commands of the client's own instead of a file")
    .action(async (name: string, services: string[], _options: ClientOptions, self: Command) => {
      const options = self.optsWithGlobals<ClientOptions>();
      const kind = clientKind(name);
      const offers = await readOffers(readConfig(options));
      const endpoints = chooseEndpoints(offers, services, options.prefix);
      for (const { name: unready, message } of offers.filter((each) => !each.isServing && isNamed(each, services)))
        console.error(`${unready} is not ready: ${message}`);
      if (options.write) await write(kind, endpoints, options);
      else show(kind, endpoints, options);
    });
}

function show(kind: ClientKind, endpoints: readonly Endpoint[], options: ClientOptions): void {
  const { command } = kind;
  if (options.shell && !command)
    throw new Error(`${kind.title} has no command that adds servers; leave --shell out for its file's content`);
  if (command && (options.shell ?? (kind.prefersCommand && options.file === undefined && options.in === undefined)))
    for (const endpoint of endpoints) console.log(command(endpoint));
  else {
    console.log(fileOf(kind).put('', entriesOf(kind, endpoints)).trimEnd());
    console.error(`this belongs into ${placeOf(kind, options) ?? 'the file of your client'}; --write merges it in`);
  }
  if (kind.note !== undefined) console.error(kind.note);
}

async function write(kind: ClientKind, endpoints: readonly Endpoint[], options: ClientOptions): Promise<void> {
  const path = placeOf(kind, options);
  if (path === undefined) throw new Error(`${kind.title} has no file of its own; name one: --file FILE`);
  const entries = entriesOf(kind, endpoints);
  const file = fileOf(kind);
  const edit = (text: string): string => {
    const taken = options.replace ? [] : rivals(file.servers(text), entries);
    if (taken.length > 0)
      throw new Error(
        `${path} has other servers named ${taken.join(', ')}; nothing was written. --replace puts ours in their place, --prefix TEXT gives ours other names`,
      );
    return file.put(text, entries);
  };
  try {
    const merged = await mergeInto(path, edit, new Date());
    const names = [...entries.keys()].join(', ');
    if (!merged.changed) console.log(`${path} already leads to ${names}`);
    else console.log(`${path} leads to ${names}${merged.backup ? ` (before: ${merged.backup})` : ''}`);
    if (kind.note !== undefined) console.error(kind.note);
  } catch (error) {
    if (!(error instanceof UnreadableFile)) throw error;
    throw new Error(
      `${path}:${error.line}:${error.column} ${error.message}; nothing was written. Mend the file, then try again`,
      { cause: error },
    );
  }
}

function fileOf({ format, table }: ClientKind): ServerFile {
  return format === 'toml' ? tomlFile(table) : jsonFile(table, format);
}

function entriesOf(kind: ClientKind, endpoints: readonly Endpoint[]): ReadonlyMap<string, Entry> {
  return new Map(endpoints.map((endpoint) => [endpoint.name, kind.entry(endpoint)]));
}

function placeOf(kind: ClientKind, { file, in: place }: ClientOptions): string | undefined {
  if (file !== undefined) return resolve(file);
  if (place !== undefined && place !== 'user' && place !== 'project')
    throw new Error(`--in takes user or project, not "${place}"`);
  if (place !== 'project') return kind.userFile?.(settingsPlaces());
  if (kind.projectFile === undefined) throw new Error(`${kind.title} has no file for a project; leave --in out`);
  return resolve(kind.projectFile);
}

function isNamed({ name, namespace }: { name: string; namespace: string }, wanted: readonly string[]): boolean {
  return wanted.includes(name) || wanted.includes(`${namespace}/${name}`);
}
