import { InvalidArgumentError, type Command } from 'commander';
import { readConfig, type Flags } from '../config.ts';
import { command } from './client.ts';
import { serviceKey } from './service-name.ts';

interface RollbackOptions extends Flags {
  readonly namespace?: string;
  readonly to?: number;
}

export function rollbackCommand(program: Command): void {
  program
    .command('rollback')
    .description('put an earlier revision of a service in force again, until its manifest changes')
    .argument('<name>', 'a service')
    .option('--to <revision>', 'number of the revision (default: the last one before this that served)', revisionNumber)
    .option('-n, --namespace <namespace>', 'where it is declared, if the name alone does not tell')
    .action(async (name: string, _options: RollbackOptions, self: Command) => {
      const options = self.optsWithGlobals<RollbackOptions>();
      const config = readConfig(options);
      const key = await serviceKey(config, name, options.namespace);
      const body = options.to === undefined ? {} : { to: options.to };
      console.log(`${name}: ${await command(config, key, 'rollback', body)}`);
    });
}

function revisionNumber(text: string): number {
  if (/^[1-9]\d*$/.test(text)) return Number(text);
  throw new InvalidArgumentError('write the number of a revision; mcpnet history NAME lists them');
}
