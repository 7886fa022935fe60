import type { Command } from 'commander';
import { readConfig, type Flags } from '../config.ts';
import type { ResourceKey } from '../core/resource.ts';
import type { Store } from '../engine/store.ts';
import { addFileOptions } from './apply.ts';
import { exitCode } from './exit-code.ts';
import { paintFor, type Paint, type Shade } from './paint.ts';

interface DiffOptions extends Flags {
  readonly filename: readonly string[];
}

const shades: Readonly<Record<string, Shade>> = { '+': 'good', '-': 'bad', '@': 'faint' };

export function diffCommand(program: Command): void {
  addFileOptions(
    program
      .command('diff')
      .description(
        'what applying manifests would change: in what is declared, defaults filled in, and in the world; exits 0 if nothing, 1 if something, 2 on an error',
      ),
  ).action(async (_options: DiffOptions, command: Command) => {
    // Told from a difference; see exit-code.ts.
    process.exitCode = exitCode.usage;
    const options = command.optsWithGlobals<DiffOptions>();
    const config = readConfig(options);
    const { changeBy, Invalid, planOf, printPlan, storeOf } = await import('./change.ts');
    const { formatProblem } = await import('../ports/source.ts');
    const { watchedDirectory } = await import('./watched-directory.ts');
    const { EditedDirectory } = await import('../sources/edited-directory.ts');
    const watched = await watchedDirectory(config);
    try {
      const change = await changeBy(options.filename, watched);
      const [before, after] = [storeOf(await EditedDirectory.open(watched.path)), storeOf(change.directory)];
      const differences = (await Promise.all(change.edits.map(({ key }) => difference(key, before, after)))).filter(
        (text) => text !== '',
      );
      if (differences.length > 0) {
        for (const text of differences) console.log(coloured(text, paintFor(process.stdout)));
        printPlan(await planOf(config, watched, change.directory));
      }
      process.exitCode = differences.length > 0 ? exitCode.failed : 0;
    } catch (error) {
      if (error instanceof Invalid) for (const problem of error.problems) console.error(formatProblem(problem));
      throw error;
    }
  });
}

async function difference(key: ResourceKey, before: Store, after: Store): Promise<string> {
  const { unifiedDiff } = await import('../core/unified-diff.ts');
  const [old, young] = [await textOf(key, before), await textOf(key, after)];
  return unifiedDiff(old, young, [`declared/${key}`, `given/${key}`]);
}

async function textOf(key: ResourceKey, store: Store): Promise<string> {
  const resource = store.get(key);
  if (!resource) return '';
  const { kind, metadata, spec } = resource;
  const { stringify } = await import('yaml');
  return stringify({ kind, metadata, spec }, { sortMapEntries: true, lineWidth: 0 });
}

function coloured(text: string, paint: Paint): string {
  return text
    .split('\n')
    .map((line) => {
      const shade = shades[line[0] ?? ''];
      return shade ? paint(shade, line) : line;
    })
    .join('\n');
}
