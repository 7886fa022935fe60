/** Writes `docs/cli.md` from the program itself. Run by `npm run generate`; a test compares the two. */
import { writeFileSync } from 'node:fs';
import type { Argument, Command, Option } from 'commander';
import { format, resolveConfig } from 'prettier';
import { exitCodes } from '../operator/cli/exit-code.ts';
import { createProgram } from '../operator/cli/program.ts';

const target = new URL('../docs/cli.md', import.meta.url);

/** The reference of the command line, as Markdown in the form of this repository. */
export async function cliReference(): Promise<string> {
  const program = await createProgram([]);
  const common = new Set(program.options.map(({ long }) => long));
  const text = [
    '# The command line',
    '<!-- Generated from the program by `npm run generate`; do not edit. -->',
    'Commands follow kubectl where it has the like. Those that read ask the running operator, and look at the world',
    'themselves where none runs; those that change manifests change the directory that the operator reads.',
    '',
    '## Flags of all commands',
    program.options.map(flag).join('\n'),
    `\n\`--output\` takes \`json\`, \`yaml\`, \`wide\`, \`name\`, \`jsonpath=TEMPLATE\` (\`{.items[*].port}\`,
\`{range .items[*]}{.metadata.name}{"\\n"}{end}\`, \`[?(@.phase=="ready")]\`) and
\`custom-columns=TITLE:PATH,...\`. One thing that is asked for by name comes without a list around it. \`--selector\` takes
\`team=platform\`, \`!=\`, \`in (a,b)\`, \`notin (a,b)\`, \`name\` and \`!name\`, with commas between.`,
    '\nEnvironment: `MCPNET_MANIFESTS`, `MCPNET_STATE`, `MCPNET_SECRETS` and `MCPNET_SCOPE` stand for the flags of the same',
    'names, `DOCKER_HOST` names the engine, `NO_COLOR` takes colours away, which terminals get alone.',
    '\n## Exit codes\n',
    `\`\`\`text\n${exitCodes}\n\`\`\``,
    '\n## Completion\n',
    '`source <(mcpnet completion bash)`, the same with zsh, `mcpnet completion fish | source`.',
    '\n## Commands',
    ...program.commands
      .filter((command) => !command.name().startsWith('_'))
      .flatMap((command) => described(command, 'mcpnet', common)),
  ].join('\n');
  return format(text, { ...(await resolveConfig(target)), parser: 'markdown' });
}

/** A command, and those below it. */
function described(command: Command, above: string, common: ReadonlySet<string | undefined>): string[] {
  const name = `${above} ${command.name()}`;
  const flags = command.options.filter(({ long, hidden }) => !common.has(long) && !hidden);
  const below = command.commands.filter((each) => each.name() !== 'help');
  const operands = command.registeredArguments.map((each) => ` ${shape(each)}`).join('');
  return [
    `\n### ${name}\n`,
    `\`\`\`text\n${name}${operands}${below.length > 0 ? ' <command>' : ''}\n\`\`\`\n`,
    sentence(command.description()),
    '',
    ...command.registeredArguments.map((each) => `- \`${shape(each)}\`: ${more(each, each.argChoices)}`),
    ...flags.map(flag),
    ...below.flatMap((each) => described(each, name, common)),
  ];
}

function flag(option: Option): string {
  const { flags, mandatory } = option;
  return `- \`${flags}\`${mandatory ? ' (required)' : ''}: ${more(option, option.argChoices)}`;
}

/** What it means, what may be written, and what it is where nothing is. */
function more(
  each: {
    readonly description: string;
    readonly defaultValue?: unknown;
    readonly defaultValueDescription?: string | undefined;
  },
  choices: readonly string[] | undefined,
): string {
  const { description, defaultValue, defaultValueDescription } = each;
  const standard =
    defaultValueDescription ??
    [defaultValue]
      .flat()
      .filter((part) => typeof part === 'string' || typeof part === 'number')
      .join(' ');
  const one = choices ? ` (one of ${choices.join(', ')})` : '';
  return `${escaped(description)}${one}${standard === '' ? '' : ` (default: ${standard})`}`;
}

function shape(argument: Argument): string {
  const name = `${argument.name()}${argument.variadic ? '...' : ''}`;
  return argument.required ? `<${name}>` : `[${name}]`;
}

function sentence(text: string): string {
  return escaped(`${text.charAt(0).toUpperCase()}${text.slice(1)}.`);
}

/** What would be a tag. */
function escaped(text: string): string {
  return text.replaceAll('<', '\\<');
}

if (import.meta.main) writeFileSync(target, await cliReference());
