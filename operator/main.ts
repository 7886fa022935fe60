import { Command } from 'commander';
import { describeCommand } from './cli/describe.ts';
import { downCommand } from './cli/down.ts';
import { drainCommand } from './cli/drain.ts';
import { getCommand } from './cli/get.ts';
import { holdCommands } from './cli/hold.ts';
import { historyCommand } from './cli/history.ts';
import { imagesCommand } from './cli/images.ts';
import { planCommand } from './cli/plan.ts';
import { rollbackCommand } from './cli/rollback.ts';
import { startCommand } from './cli/start.ts';
import { upCommand } from './cli/up.ts';
import { validateCommand } from './cli/validate.ts';
import { versionCommand } from './cli/version.ts';
import { packageVersion } from './config.ts';

const program = new Command('mcpnet')
  .description('Declares, runs, balances and heals MCP servers on Docker')
  .version(packageVersion())
  .option('--manifests <dir>', 'directory of manifests (default: ./manifests)')
  .option('--state <dir>', "directory of the operator's state (default: ~/.local/state/mcpnet/SCOPE)")
  .option('--secrets <dir>', 'directory of secrets, NAME/KEY (default: STATE/secrets)')
  .option('--scope <name>', 'separates operators that share an engine (default: mcpnet)')
  .option('--log-format <form>', 'pretty (default) or json')
  .option('-v, --verbose', 'log passes, too');

for (const add of [
  startCommand,
  upCommand,
  getCommand,
  describeCommand,
  planCommand,
  historyCommand,
  rollbackCommand,
  drainCommand,
  holdCommands,
  validateCommand,
  downCommand,
  imagesCommand,
  versionCommand,
])
  add(program);
// npm start -- --manifests DIR puts flags behind the command; kubectl takes them anywhere, and so do we.
for (const command of program.commands)
  for (const option of program.options) if (option.long !== '--version') command.addOption(option);

try {
  await program.parseAsync();
} catch (error) {
  console.error(`mcpnet: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
// The engine's client keeps idle connections open; a command that has said everything is done.
if (process.exitCode !== undefined || !['up', 'start'].includes(process.argv[2] ?? '')) process.exit();
