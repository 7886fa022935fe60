import { Option, type Command } from 'commander';
import { durationMs } from './duration.ts';

/** Flags that name repositories, of commands that read manifests as an operator does. */
export function addGitOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--git <url>', 'read manifests from this repository, perhaps URL#REF:PATH; may be given again')
        .argParser(collect)
        .helpGroup('Repositories:'),
    )
    .addOption(new Option('--ref <name>', 'branch or tag (default: main)').helpGroup('Repositories:'))
    .addOption(new Option('--path <path>', 'read only what is below this path').helpGroup('Repositories:'))
    .addOption(
      new Option('--git-secret <name>', 'secret with tokens and keys, for one of several NAME=SECRET')
        .argParser(collect)
        .helpGroup('Repositories:'),
    )
    .addOption(
      new Option('--git-interval <duration>', 'how often to look for new commits (default: 60s)')
        .argParser(durationMs)
        .helpGroup('Repositories:'),
    )
    .addOption(
      new Option('--git-verify', "apply only commits signed by one of the secret's allowed-signers").helpGroup(
        'Repositories:',
      ),
    )
    .addOption(
      new Option('--git-status <host>', 'mark commits at their host as applied or refused')
        .choices(['github', 'gitlab', 'gitea'])
        .helpGroup('Repositories:'),
    )
    .addOption(
      new Option('--allow-rewrite', 'apply a branch that was moved to where its history does not lead').helpGroup(
        'Repositories:',
      ),
    );
}

function collect(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}
