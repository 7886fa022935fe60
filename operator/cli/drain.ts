import type { Command } from 'commander';
import { readConfig, type Flags } from '../config.ts';
import { command } from './client.ts';
import { serviceKey } from './service-name.ts';

export function drainCommand(program: Command): void {
  program
    .command('drain')
    .description('take one replica of a service out: another takes its place, its sessions end, it goes')
    .argument('<name/instance>', "a service and one of its replicas: its number, its id, or the id's end")
    .option('-n, --namespace <namespace>', 'where it is declared, if the name alone does not tell')
    .action(async (target: string, _options: Flags, self: Command) => {
      const options = self.optsWithGlobals<Flags & { namespace?: string }>();
      const config = readConfig(options);
      const [name = '', instance = ''] = target.split('/');
      if (instance === '')
        throw new Error(
          `"${target}" names no replica; write ${name}/1 or ${name}/ID (mcpnet describe ${name} lists the ids)`,
        );
      const key = await serviceKey(config, name, options.namespace);
      console.log(`${name}: ${await command(config, key, 'drain', { instance })}`);
    });
}
