import { Command } from 'commander';
import { packageVersion } from '../config.ts';
import { commands } from './commands.ts';
import { exitCodes } from './exit-code.ts';

/**
 * The program with the commands that these arguments may mean; with all of them where they name none (help, a slip).
 * Errors in the use of it are thrown as `CommanderError`, after they have been printed.
 */
export async function createProgram(args: readonly string[]): Promise<Command> {
  const program = new Command('mcpnet')
    .description('Declares, runs, balances and heals MCP servers on Docker or Kubernetes')
    .version(packageVersion())
    .option('--manifests <dir>', 'directory of manifests (default: ./manifests)')
    .option('--state <dir>', "directory of the operator's state (default: ~/.local/state/mcpnet/SCOPE)")
    .option('--secrets <dir>', 'directory of secrets, NAME/KEY (default: STATE/secrets)')
    .option('--scope <name>', 'separates operators that share an engine (default: mcpnet)')
    .option('--platform <name>', 'where services run: docker (default) or kubernetes')
    .option(
      '--platform-namespace <name>',
      "namespace of the cluster that takes everything (default: each resource's own)",
    )
    .option('--log-format <form>', 'pretty (default) or json')
    .option('-v, --verbose', 'log passes, too')
    .exitOverride()
    .addHelpText('after', `\nExit codes:\n${exitCodes}`);
  const named = [...new Set(args)].filter((arg) => Object.hasOwn(commands, arg));
  const names = named.length > 0 && !named.includes('help') ? named : Object.keys(commands);
  for (const name of names) (await commands[name]?.())?.(program);
  // npm start -- --manifests DIR puts flags behind the command; kubectl takes them anywhere, and so do we.
  for (const command of everyCommand(program)) {
    command.showHelpAfterError(`(mcpnet ${command.name()} --help tells what it takes)`);
    for (const option of program.options) if (option.long !== '--version') command.addOption(option);
  }
  program.showHelpAfterError('(mcpnet --help lists the commands)');
  return program;
}

/** Those below others (`network validate`), too. */
function everyCommand(parent: Command): Command[] {
  return parent.commands.flatMap((command) => [command, ...everyCommand(command)]);
}
