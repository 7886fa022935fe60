import type { Command } from 'commander';
import { readConfig, type Flags } from '../../config.ts';
import { exitCode } from '../exit-code.ts';
import { onlyDocker } from '../only-docker.ts';
import { addOutputOptions, formatDocument, type OutputOptions } from '../output.ts';
import { formatTable } from '../table.ts';
import type { AuditFinding } from './facts.ts';

const instead = 'kubectl get all,networkpolicy,pvc -A -l mcpnet.io/owner=SCOPE';

export function auditCommand(program: Command): void {
  const command = program
    .command('audit')
    .description(
      'what is there and should not be, each with the command that ends it; changes nothing, exits 1 if anything is found',
    );
  addOutputOptions(command).action(async (_options: Flags, self: Command) => {
    const { output, ...flags } = self.optsWithGlobals<Flags & OutputOptions>();
    const { readScene } = await import('./read.ts');
    const { audit } = await import('./judge.ts');
    const { facts, blind } = await readScene(onlyDocker(readConfig(flags), 'audit', instead));
    const findings = audit(facts);
    if (blind !== undefined) console.error(`nothing is told of what no manifest declares: ${blind}`);
    const isForPrograms = output?.form === 'json' || output?.form === 'yaml';
    console.log(isForPrograms ? await formatDocument({ items: findings }, output.form) : formatFindings(findings));
    if (findings.length > 0) process.exitCode = exitCode.failed;
  });
}

/** A row for each finding, and below it the command that ends it. */
export function formatFindings(findings: readonly AuditFinding[]): string {
  if (findings.length === 0) return 'nothing is found that should not be';
  const rows = findings.map(({ kind, what, why }) => [kind, what, why]);
  const [header = '', ...lines] = formatTable(['KIND', 'WHAT', 'WHY'], rows).split('\n');
  return [
    header,
    ...lines.flatMap((line, index) => [line, `  -> ${findings[index]?.command ?? ''}`]),
    `${findings.length} found`,
  ].join('\n');
}
