import { InvalidArgumentError, type Command } from 'commander';
import { readConfig, type Flags } from '../../config.ts';
import { exitCode } from '../exit-code.ts';
import { onlyDocker } from '../only-docker.ts';
import { paintFor } from '../paint.ts';
import { formatJunit, formatReport, hasFailed, type Report } from './report.ts';

const instead = 'mcpnet get, and a Pod of yours that asks http://NAME.NAMESPACE.svc/mcp';
const forms = ['text', 'json', 'junit'] as const;
type Form = (typeof forms)[number];

interface ValidateOptions extends Flags {
  readonly clients: number;
  readonly output: Form;
}

export function networkCommand(program: Command): void {
  const network = program.command('network').description('what concerns networks as a whole');
  network
    .command('validate')
    .description(
      'try out every network that is declared, live: its parts, reachability and isolation, discovery, backends, response times, many clients; exits 1 if something fails',
    )
    .option('--clients <number>', 'how many clients are tried at the same time at each service', wholeNumber, 10)
    .option('-o, --output <form>', 'text, json or junit', formOf, 'text')
    .action(async (_options: ValidateOptions, self: Command) => {
      const options = self.optsWithGlobals<ValidateOptions>();
      const { validateNetworks } = await import('./validate.ts');
      const reports = await validateNetworks(
        onlyDocker(readConfig(options), 'network validate', instead),
        options.clients,
      );
      console.log(print(reports, options.output));
      if (reports.some(hasFailed)) process.exitCode = exitCode.failed;
    });
}

function print(reports: readonly Report[], form: Form): string {
  if (form === 'json') return JSON.stringify({ items: reports }, undefined, 2);
  if (form === 'junit') return formatJunit(reports);
  return reports.map((report) => formatReport(report, paintFor(process.stdout))).join('\n\n');
}

function wholeNumber(text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number > 0 && number <= 1_000) return number;
  throw new InvalidArgumentError('Write a number from 1 to 1000.');
}

function formOf(text: string): Form {
  const form = forms.find((each) => each === text);
  if (form === undefined) throw new InvalidArgumentError(`Write ${forms.join(', ')}.`);
  return form;
}
