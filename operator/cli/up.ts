import type { Command } from 'commander';
import { readConfig, type Flags, type GitFlags } from '../config.ts';
import { addGitOptions } from './source-options.ts';

export function upCommand(program: Command): void {
  const up = program
    .command('up')
    .description('run the operator on manifests of a directory, of repositories or of a cluster, in the foreground')
    .option('--cluster', 'take MCPNetworks and MCPServices from the cluster of KUBECONFIG, or of the Pod that this is')
    .option('--namespaces <names>', 'of the cluster only these, separated by commas (default: all)')
    .option('--allow-empty', 'let an emptied directory or repository remove everything that it declared');
  addGitOptions(up).action(async (_options: Flags & GitFlags, command: Command) => {
    // Loaded only here: commands that merely ask stay quick.
    const { runOperator } = await import('./run-operator.ts');
    await runOperator(readConfig(command.optsWithGlobals<Flags & GitFlags>()));
  });
}
