import { statSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import type { Command } from 'commander';
import { formatProblem, type ManifestProblem, type Snapshot } from '../ports/source.ts';
import { documentOption } from './document-option.ts';
import { exitCode } from './exit-code.ts';

interface ValidateOptions {
  readonly output?: 'json' | 'yaml';
}

export function validateCommand(program: Command): void {
  program
    .command('validate')
    .description('check manifests; prints every error with its place and remedy, and exits 1 if there is one')
    .argument('<files...>', 'files or directories')
    .addOption(documentOption())
    .action(async (paths: string[], { output }: ValidateOptions) => {
      const { Store } = await import('../engine/store.ts');
      const problems: ManifestProblem[] = [];
      let count = 0;
      for (const path of paths) {
        const snapshot = await readPath(path);
        const store = new Store({ allowEmpty: true });
        store.apply(snapshot, false);
        count += snapshot.documents.length;
        problems.push(...store.problems.map((problem) => ({ ...problem, file: shownPath(path, problem.file) })));
      }
      if (problems.length > 0) process.exitCode = exitCode.failed;
      if (output) {
        const { formatDocument } = await import('./output.ts');
        console.log(await formatDocument({ valid: problems.length === 0, resources: count, problems }, output));
        return;
      }
      for (const problem of problems) console.error(formatProblem(problem));
      if (problems.length === 0) console.log(`${count} resources are valid`);
    });
}

async function readPath(path: string): Promise<Snapshot> {
  const { DirectorySource } = await import('../sources/directory.ts');
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== false) return new DirectorySource(path).scan();
  const all = await new DirectorySource(dirname(path)).scan();
  const name = basename(path);
  return {
    ...all,
    documents: all.documents.filter(({ file }) => file === name),
    problems: all.problems.filter(({ file }) => file === name),
  };
}

function shownPath(path: string, file: string): string {
  return basename(path) === file ? path : `${path.replace(/\/$/, '')}/${file}`;
}
