import type { Command } from 'commander';
import { readConfig, type Flags } from '../config.ts';
import { displayKey, type ResourceKey } from '../core/resource.ts';
import type { EditedDirectory } from '../sources/edited-directory.ts';
import { collect, timeoutOption } from './apply.ts';
import type { WatchedDirectory } from './watched-directory.ts';

interface DeleteOptions extends Flags {
  readonly filename?: readonly string[];
  readonly namespace?: string;
  readonly dryRun?: boolean;
  readonly wait?: boolean;
  readonly timeout: number;
  readonly ignoreNotFound?: boolean;
}

export function deleteCommand(program: Command): void {
  program
    .command('delete')
    .description('take resources out of the directory that the operator reads, which then removes what it made of them')
    .argument('[what...]', 'service NAME..., or KIND/NAME...')
    .option(
      '-f, --filename <path>',
      'what a file, a directory or the standard input (-) declares; may be repeated',
      collect,
    )
    .option('-n, --namespace <namespace>', 'where it is declared, if the name alone does not tell')
    .option('--ignore-not-found', 'what is not declared is no error')
    .option('--dry-run', 'print the plan of what would follow; writes nothing')
    .option('--wait', 'until nothing of them is left')
    .addOption(timeoutOption())
    .action(async (what: string[], _options: DeleteOptions, command: Command) => {
      const options = command.optsWithGlobals<DeleteOptions>();
      if ((what.length === 0) === (options.filename === undefined))
        throw new Error('say what to delete: mcpnet delete service NAME, or mcpnet delete -f FILE');
      const config = readConfig(options);
      const { reportAbsence, watchedDirectory } = await import('./watched-directory.ts');
      const { EditedDirectory } = await import('../sources/edited-directory.ts');
      const watched = await watchedDirectory(config);
      const directory = await EditedDirectory.open(watched.path);
      const keys = await keysOf(what, options, directory);
      for (const key of keys) await directory.remove(key);
      if (keys.length > 0) refuseToEmpty(directory, watched);
      const say = (suffix: string): void => {
        for (const key of keys) console.log(`${displayKey(key)} deleted${suffix}`);
      };
      if (options.dryRun) {
        const { planOf, printPlan } = await import('./change.ts');
        say(' (dry run)');
        printPlan(await planOf(config, watched, directory));
        return;
      }
      if (options.wait && !watched.operator)
        throw new Error(
          `nothing was deleted: no operator is running that could be waited for; start it: mcpnet up --manifests ${watched.path}`,
        );
      await directory.write();
      if (options.wait) await (await import('./wait.ts')).untilGone(config, keys, options.timeout);
      say('');
      reportAbsence(watched);
    });
}

async function keysOf(
  what: readonly string[],
  { filename, namespace, ignoreNotFound }: DeleteOptions,
  directory: EditedDirectory,
): Promise<ResourceKey[]> {
  const { keyIn } = await import('../sources/edited-directory.ts');
  const declared = directory.snapshot().documents.flatMap(({ value }) => keyIn(value) ?? []);
  const wanted = filename ? await keysIn(filename) : (await import('./target.ts')).targetsOf(what, namespace);
  const { pick } = await import('./target.ts');
  const { parseKey } = await import('../core/resource.ts');
  return wanted.flatMap((each) => {
    const target = typeof each === 'string' ? parseKey(each) : each;
    try {
      return [pick(target as Parameters<typeof pick>[0], declared)];
    } catch (error) {
      if (ignoreNotFound && !declared.some((key) => parseKey(key).name === target.name)) return [];
      throw error;
    }
  });
}

async function keysIn(paths: readonly string[]): Promise<ResourceKey[]> {
  const { readGiven } = await import('./given.ts');
  return (await readGiven(paths)).given.map(({ key }) => key);
}

/** The operator would take the emptied directory for an accident, and remove nothing. */
function refuseToEmpty(directory: EditedDirectory, { allowEmpty, path }: WatchedDirectory): void {
  if (!directory.isBare || allowEmpty) return;
  throw new Error(
    `nothing was deleted: ${path} would declare nothing any more, and an operator does not take that at its word; to remove everything, stop it and run mcpnet down, or run it with --allow-empty`,
  );
}
