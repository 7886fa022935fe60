import { Option, type Command } from 'commander';
import { readConfig, type Config, type Flags } from '../config.ts';
import { formatProblem } from '../ports/source.ts';
import { durationMs } from './duration.ts';
import { exitCode } from './exit-code.ts';
import type { Change } from './change.ts';
import type { WatchedDirectory } from './watched-directory.ts';

interface ApplyOptions extends Flags {
  readonly filename: readonly string[];
  readonly dryRun?: boolean;
  readonly wait?: boolean;
  readonly timeout: number;
}

export function applyCommand(program: Command): void {
  addFileOptions(
    program
      .command('apply')
      .description('write manifests into the directory that the operator reads; one that is there already is replaced'),
  )
    .option('--dry-run', 'admit them and print the plan of what would follow; writes nothing')
    .option('--wait', 'until all of them are ready; exits 1 if one fails or the time is over')
    .addOption(timeoutOption())
    .action(async (_options: ApplyOptions, command: Command) => {
      const options = command.optsWithGlobals<ApplyOptions>();
      const config = readConfig(options);
      const { changeBy, formatEdits, planOf, printPlan } = await import('./change.ts');
      const { reportAbsence, watchedDirectory } = await import('./watched-directory.ts');
      const watched = await watchedDirectory(config);
      const change = await orProblems(() => changeBy(options.filename, watched));
      if (!change) return;
      if (options.dryRun) {
        console.log(formatEdits(change.edits, true));
        printPlan(await planOf(config, watched, change.directory));
        return;
      }
      await write(config, watched, change, options);
      console.log(formatEdits(change.edits, false));
      reportAbsence(watched);
    });
}

/** Adds `-f`, which may be given several times. */
export function addFileOptions(command: Command): Command {
  return command.requiredOption(
    '-f, --filename <path>',
    'a file, a directory, or - for the standard input; may be repeated',
    collect,
  );
}

export function timeoutOption(): Option {
  return new Option('--timeout <duration>', 'how long to wait').argParser(durationMs).default(60_000, '60s');
}

/** Prints what is wrong with manifests; undefined if anything is. */
export async function orProblems<Result>(act: () => Promise<Result>): Promise<Result | undefined> {
  const { Invalid } = await import('./change.ts');
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof Invalid)) throw error;
    for (const problem of error.problems) console.error(formatProblem(problem));
    console.error(`mcpnet: ${error.message}`);
    process.exitCode = exitCode.failed;
    return undefined;
  }
}

export function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

async function write(config: Config, watched: WatchedDirectory, change: Change, options: ApplyOptions): Promise<void> {
  if (!options.wait) {
    await change.directory.write();
    return;
  }
  if (!watched.operator)
    throw new Error(
      `nothing was written: no operator is running that could be waited for; start it: mcpnet up --manifests ${watched.path}`,
    );
  const { generations, untilReady } = await import('./wait.ts');
  const before = await generations(config);
  await change.directory.write();
  const awaited = change.edits.map(({ key, edit }) => ({
    key,
    afterGeneration: edit === 'unchanged' ? undefined : before.get(key),
  }));
  await untilReady(config, awaited, options.timeout);
}
