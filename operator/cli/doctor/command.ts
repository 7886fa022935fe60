import type { Command } from 'commander';
import { readConfig, type Flags } from '../../config.ts';
import { exitCode } from '../exit-code.ts';
import { onlyDocker } from '../only-docker.ts';
import { addOutputOptions, formatDocument, type OutputOptions } from '../output.ts';
import { paintFor, type Paint, type Shade } from '../paint.ts';
import { formatTable } from '../table.ts';
import { unknown, type Check, type Checked, type Verdict } from './finding.ts';

const instead = 'kubectl version, kubectl auth can-i, and what mcpnet describe says of each service';
const shades: Readonly<Record<Verdict, Shade>> = { ok: 'good', warn: 'doubtful', fail: 'bad', unknown: 'faint' };

export function doctorCommand(program: Command): void {
  const doctor = program
    .command('doctor')
    .description(
      'whether this machine has what the operator needs, and what to do where it has not; exits 1 if it lacks something',
    );
  addOutputOptions(doctor).action(async (_options: Flags, self: Command) => {
    const { output, ...flags } = self.optsWithGlobals<Flags & OutputOptions>();
    const { prerequisites } = await import('./checks.ts');
    const checked = await Promise.all((await prerequisites(onlyDocker(readConfig(flags), 'doctor', instead))).map(run));
    const isForPrograms = output?.form === 'json' || output?.form === 'yaml';
    console.log(
      isForPrograms
        ? await formatDocument({ items: checked }, output.form)
        : formatChecked(checked, paintFor(process.stdout)),
    );
    if (checked.some(({ verdict }) => verdict === 'fail')) process.exitCode = exitCode.failed;
  });
}

/** A row for each check, and below it what to do. */
export function formatChecked(checked: readonly Checked[], paint: Paint): string {
  const rows = checked.map(({ verdict, name, message }) => [paint(shades[verdict], verdict.padEnd(7)), name, message]);
  const [, ...lines] = formatTable(['', '', ''], rows).split('\n');
  const count = (verdict: Verdict): number => checked.filter((each) => each.verdict === verdict).length;
  return [
    ...lines.flatMap((line, index) => {
      const remedy = checked[index]?.remedy;
      return remedy === undefined ? [line] : [line, `          -> ${remedy}`];
    }),
    `${count('ok')} ok, ${count('warn')} to look at, ${count('fail')} missing, ${count('unknown')} not known`,
  ].join('\n');
}

async function run({ name, run: look }: Check): Promise<Checked> {
  try {
    return { name, ...(await look()) };
  } catch (error) {
    return { name, ...unknown(`it could not be looked at: ${error instanceof Error ? error.message : String(error)}`) };
  }
}
