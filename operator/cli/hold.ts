import type { Command } from 'commander';
import { readConfig, type Flags } from '../config.ts';
import { command } from './client.ts';
import { serviceKey } from './service-name.ts';

export function pauseCommand(program: Command): void {
  add(program, 'pause', 'hold a service at its present revision, whatever its manifest says, until it is resumed');
}

export function resumeCommand(program: Command): void {
  add(program, 'resume', 'let the manifest of a paused or rolled back service decide again');
}

function add(program: Command, verb: 'pause' | 'resume', description: string): void {
  program
    .command(verb)
    .description(description)
    .argument('<name>', 'a service')
    .option('-n, --namespace <namespace>', 'where it is declared, if the name alone does not tell')
    .action(async (name: string, _options: Flags, self: Command) => {
      const options = self.optsWithGlobals<Flags & { namespace?: string }>();
      const config = readConfig(options);
      const key = await serviceKey(config, name, options.namespace);
      console.log(`${name}: ${await command(config, key, verb)}`);
    });
}
