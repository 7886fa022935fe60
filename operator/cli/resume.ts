import type { Command } from 'commander';
import { readConfig, type Flags } from '../config.ts';
import { command } from './client.ts';
import { serviceKey } from './service-name.ts';

export function resumeCommand(program: Command): void {
  program
    .command('resume')
    .description('let the manifest of a paused or rolled back service decide again')
    .argument('<name>', 'a service')
    .option('-n, --namespace <namespace>', 'where it is declared, if the name alone does not tell')
    .action(async (name: string, _options: Flags, self: Command) => {
      const options = self.optsWithGlobals<Flags & { namespace?: string }>();
      const config = readConfig(options);
      const key = await serviceKey(config, name, options.namespace);
      console.log(`${name}: ${await command(config, key, 'resume')}`);
    });
}
