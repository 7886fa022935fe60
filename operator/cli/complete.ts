import type { Command, Option } from 'commander';
import type { Flags } from '../config.ts';
import { commands } from './commands.ts';
import { fieldNames } from './explain-schema.ts';
import { schemaOf } from './explain.ts';
import { sortNamed } from './kind-names.ts';

/** Names of what there is now, or was when an operator ran last. */
export interface LiveNames {
  services(): Promise<readonly string[]>;
  networks(): Promise<readonly string[]>;
  instances(): Promise<readonly string[]>;
  namespaces(): Promise<readonly string[]>;
  /** Ids of the replicas of one service. */
  instancesOf(service: string): Promise<readonly string[]>;
  /** Numbers of the revisions of one service. */
  revisionsOf(service: string): Promise<readonly string[]>;
}

type Find = (before: readonly string[], live: LiveNames) => Promise<readonly string[]> | readonly string[];

const sorts = ['services', 'networks', 'instances', 'all'];
const outputs = ['json', 'yaml', 'wide', 'name', 'jsonpath=', 'custom-columns='];
const aService: Find = (before, live) => (before.length === 0 ? live.services() : []);

/** What may stand as an argument, by the command; `before` are those that stand already. */
const argumentsOf: Readonly<Record<string, Find>> = {
  get: async ([first], live) => (first === undefined ? [...sorts, ...(await live.services())] : namesOf(first, live)),
  delete: async ([first], live) =>
    first === undefined || first.includes('/')
      ? ['service', 'network', ...(await qualified(live))]
      : namesOf(first, live),
  describe: async (before, live) =>
    before.length === 0 ? [...(await live.services()), ...(await qualified(live))] : [],
  events: async (before, live) => (before.length === 0 ? [...(await live.services()), ...(await qualified(live))] : []),
  logs: async (before, live) => (before.length === 0 ? [...(await live.services()), ...(await live.instances())] : []),
  drain: async (before, live) =>
    before.length > 0
      ? []
      : (
          await Promise.all(
            (await live.services()).map(async (name) => (await live.instancesOf(name)).map((id) => `${name}/${id}`)),
          )
        ).flat(),
  history: aService,
  rollback: aService,
  pause: aService,
  resume: aService,
  scale: aService,
  client: (before, live) => (before.length === 0 ? [] : live.services()),
  help: () => Object.keys(commands),
};

/** What may stand as the value of a flag. */
const valuesOf: Readonly<Record<string, Find>> = {
  '--output': () => outputs,
  '--namespace': (_before, live) => live.namespaces(),
  '--for': (_before, live) => qualified(live),
  '--instance': ([service = ''], live) => live.instancesOf(service),
  '--to': ([service = ''], live) => live.revisionsOf(service),
  '--log-format': () => ['pretty', 'json'],
};

/**
 * What may stand at the place of the last of these words, and begins as it does. Nothing where files may.
 * @param words of the line after the program's name, up to the cursor
 * @param loaded the commands that the words name
 * @param liveFor names, where these flags say
 */
export async function complete(
  words: readonly string[],
  loaded: readonly Command[],
  liveFor: (flags: Flags) => LiveNames,
): Promise<readonly string[]> {
  // Bash takes --flag=value apart: the value begins behind a word of its own.
  const current = words.at(-1) === '=' ? '' : (words.at(-1) ?? '');
  const before = words.slice(0, -1);
  const name = before.find((word) => Object.hasOwn(commands, word));
  const command = loaded.find((each) => each.name() === name);
  if (!command) {
    // What follows a flag may be its value; any other word names no command.
    const isStrange = before.some((word, index) => !word.startsWith('-') && !before[index - 1]?.startsWith('-'));
    return isStrange
      ? []
      : startingWith(current, current.startsWith('-') ? ['--help', '--version'] : visibleCommands());
  }
  const { given, operands, awaiting } = parse(before.slice(before.indexOf(command.name()) + 1), command.options);
  const live = liveFor(given);
  const inline = /^(--[a-z-]+)=(.*)$/s.exec(current);
  if (awaiting) return startingWith(current, await valuesFor(awaiting, operands, live));
  if (inline) {
    const [, flag = '', value = ''] = inline;
    const option = command.options.find(({ long }) => long === flag);
    const values = option ? await valuesFor(option, operands, live) : [];
    return startingWith(value, values).map((each) => `${flag}=${each}`);
  }
  if (current.startsWith('-')) return startingWith(current, flagsOf(command));
  if (command.name() === 'explain') return operands.length === 0 ? paths(current) : [];
  const choices = command.registeredArguments[operands.length]?.argChoices;
  return startingWith(current, choices ?? (await argumentsOf[command.name()]?.(operands, live)) ?? []);
}

function visibleCommands(): string[] {
  return Object.keys(commands).filter((name) => !name.startsWith('_'));
}

async function valuesFor(option: Option, operands: readonly string[], live: LiveNames): Promise<readonly string[]> {
  return option.argChoices ?? (await valuesOf[option.long ?? '']?.(operands, live)) ?? [];
}

/** The flags and the operands that stand already, and the flag whose value comes next. */
function parse(
  words: readonly string[],
  options: readonly Option[],
): { given: Flags; operands: string[]; awaiting: Option | undefined } {
  const given: Record<string, string> = {};
  const operands: string[] = [];
  let awaiting: Option | undefined;
  for (const word of words) {
    if (awaiting && word === '=') continue;
    if (awaiting) {
      given[awaiting.attributeName()] = word;
      awaiting = undefined;
      continue;
    }
    const [flag = '', ...value] = word.split('=');
    const option = flag.startsWith('-')
      ? options.find(({ long, short }) => flag === long || flag === short)
      : undefined;
    if (option?.required && value.length > 0) given[option.attributeName()] = value.join('=');
    else if (option?.required) awaiting = option;
    else if (!word.startsWith('-')) operands.push(word);
  }
  return { given, operands, awaiting };
}

function flagsOf(command: Command): string[] {
  return [
    ...command.options.flatMap(({ long, short, hidden }) => (hidden ? [] : [long ?? short ?? ''])),
    '--help',
  ].filter((flag) => flag !== '');
}

/** `mcpservice.spec.ro` as `mcpservice.spec.rollout`; what has fields goes on with a dot. */
function paths(current: string): string[] {
  const steps = current.split('.');
  const [word = '', ...path] = steps;
  if (steps.length === 1) return startingWith(current.toLowerCase(), ['mcpservice.', 'mcpnetwork.']);
  const sort = sortNamed(word);
  if (sort !== 'MCPService' && sort !== 'MCPNetwork') return [];
  const schema = schemaOf(sort);
  const parents = path.slice(0, -1);
  return startingWith(path.at(-1) ?? '', fieldNames(schema, parents)).map((name) => {
    const whole = [word, ...parents, name].join('.');
    return fieldNames(schema, [...parents, name]).length > 0 ? `${whole}.` : whole;
  });
}

function namesOf(word: string, live: LiveNames): Promise<readonly string[]> {
  const sort = sortNamed(word);
  if (sort === 'MCPNetwork') return live.networks();
  return sort === 'Instance' ? live.instances() : live.services();
}

async function qualified(live: LiveNames): Promise<string[]> {
  const [services, networks] = await Promise.all([live.services(), live.networks()]);
  return [...services.map((name) => `service/${name}`), ...networks.map((name) => `network/${name}`)];
}

function startingWith(current: string, candidates: readonly string[]): string[] {
  return [...new Set(candidates)].filter((each) => each.startsWith(current));
}
