import { InvalidArgumentError, type Command } from 'commander';
import { readConfig, type Flags } from '../config.ts';
import { displayKey } from '../core/resource.ts';
import { orProblems, timeoutOption } from './apply.ts';

interface ScaleOptions extends Flags {
  readonly replicas: number;
  readonly namespace?: string;
  readonly wait?: boolean;
  readonly timeout: number;
}

export function scaleCommand(program: Command): void {
  program
    .command('scale')
    .description('set the number of replicas of a service in its manifest; all else in it stays as it is')
    .argument('<name>', 'a service')
    .requiredOption('--replicas <count>', 'how many', count)
    .option('-n, --namespace <namespace>', 'where it is declared, if the name alone does not tell')
    .option('--wait', 'until that many serve')
    .addOption(timeoutOption())
    .action(async (name: string, _options: ScaleOptions, command: Command) => {
      const options = command.optsWithGlobals<ScaleOptions>();
      const config = readConfig(options);
      const { reportAbsence, watchedDirectory } = await import('./watched-directory.ts');
      const { EditedDirectory, keyIn } = await import('../sources/edited-directory.ts');
      const { setScalar } = await import('../sources/document-text.ts');
      const { pick, targetOf } = await import('./target.ts');
      const { Invalid, storeOf } = await import('./change.ts');
      const { generations, untilReady } = await import('./wait.ts');
      const watched = await watchedDirectory(config);
      if (options.wait && !watched.operator)
        throw new Error(
          `nothing was written: no operator is running that could be waited for; start it: mcpnet up --manifests ${watched.path}`,
        );
      const directory = await EditedDirectory.open(watched.path);
      const target = targetOf(name, options.namespace);
      if (target.kind !== 'MCPService') throw new Error(`${name} has no replicas; name a service`);
      const key = pick(
        target,
        directory.snapshot().documents.flatMap(({ value }) => keyIn(value) ?? []),
      );
      const isSame = replicasOf(storeOf(directory).get(key)?.spec) === options.replicas;
      const before = options.wait ? (await generations(config)).get(key) : undefined;
      const done = await orProblems(async () => {
        if (isSame) return true;
        await directory.edit(key, (text) => setScalar(text, ['spec', 'replicas'], options.replicas));
        const problems = storeOf(directory).problemsOf(key);
        if (problems.length > 0) throw new Invalid(problems);
        await directory.write();
        return true;
      });
      if (!done) return;
      if (options.wait)
        await untilReady(config, [{ key, afterGeneration: isSame ? undefined : before }], options.timeout);
      console.log(
        `${displayKey(key)} ${isSame ? `has ${options.replicas} replicas already` : `scaled to ${options.replicas}`}`,
      );
      reportAbsence(watched);
    });
}

function replicasOf(spec: unknown): unknown {
  return (spec as { replicas?: unknown } | undefined)?.replicas;
}

function count(text: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Write a whole number.');
}
