import type { Command } from 'commander';
import { readConfig, type Flags } from '../../config.ts';
import { clientKind, clientKinds } from './catalog.ts';
import type { ClientKind, Endpoint, Entry } from './client-kind.ts';
import { fileOf, placeOf, putIn, takeOut } from './edit-file.ts';
import { chooseEndpoints, readOffers, type Offer } from './endpoints.ts';

interface ClientOptions extends Flags {
  readonly write?: boolean;
  readonly remove?: boolean;
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
    .option('--remove', 'take them out of that file: all that lead to our services, or those of these names in it')
    .option('--in <place>', 'user or project: which of its files (default: user, if it has one)')
    .option('--file <file>', 'another file of the same form')
    .option('--prefix <text>', 'put before the names of the services')
    .option('--replace', 'also where a server of the same name leads elsewhere')
    .option('--shell', "print commands of the client's own instead of a file")
    .action(async (name: string, services: string[], _options: ClientOptions, self: Command) => {
      const options = self.optsWithGlobals<ClientOptions>();
      if (options.write && options.remove) throw new Error('--write and --remove exclude each other');
      const kind = clientKind(name);
      const offers = await readOffers(readConfig(options));
      if (options.remove) await remove(kind, offers, services, options);
      else await connect(kind, offers, services, options);
    });
}

async function connect(
  kind: ClientKind,
  offers: readonly Offer[],
  services: readonly string[],
  options: ClientOptions,
): Promise<void> {
  const endpoints = chooseEndpoints(offers, services, options.prefix);
  for (const { name, message } of offers.filter((each) => !each.isServing && isNamed(each, services)))
    console.error(`${name} is not ready: ${message}`);
  if (options.write) console.log(await putIn(kind, options, entriesOf(kind, endpoints), options.replace ?? false));
  else show(kind, endpoints, options);
  if (kind.note !== undefined) console.error(kind.note);
}

/** Of services that are gone nothing tells where they were: they are named, with --replace. */
async function remove(
  kind: ClientKind,
  offers: readonly Offer[],
  services: readonly string[],
  options: ClientOptions,
): Promise<void> {
  const ours = offers.flatMap(({ name, transport, url }) =>
    url === undefined ? [] : [kind.entry({ name, transport, url })],
  );
  const names = services.map((name) => `${options.prefix ?? ''}${name}`);
  console.log(await takeOut(kind, options, ours, names, options.replace ?? false));
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
}

function entriesOf(kind: ClientKind, endpoints: readonly Endpoint[]): ReadonlyMap<string, Entry> {
  return new Map(endpoints.map((endpoint) => [endpoint.name, kind.entry(endpoint)]));
}

function isNamed({ name, namespace }: Offer, wanted: readonly string[]): boolean {
  return wanted.includes(name) || wanted.includes(`${namespace}/${name}`);
}
