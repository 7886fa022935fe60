import type { Checked, Verdict } from '../doctor/finding.ts';
import { formatChecked } from '../doctor/command.ts';
import type { Paint } from '../paint.ts';

/** What was found of a part of a network. */
export interface Section {
  readonly name: string;
  readonly findings: readonly Checked[];
  readonly durationMs: number;
}

export interface Report {
  readonly network: string;
  readonly at: string;
  readonly sections: readonly Section[];
}

export function hasFailed({ sections }: Report): boolean {
  return sections.some(({ findings }) => findings.some(({ verdict }) => verdict === 'fail'));
}

/** For people: a block for each section, and one line in the end. */
export function formatReport(report: Report, paint: Paint): string {
  const blocks = report.sections.map(({ name, findings }) => {
    const healthy = findings.filter(({ verdict }) => verdict === 'ok' || verdict === 'warn').length;
    const rows = formatChecked(findings, paint).split('\n').slice(0, -1);
    return [`${name}: ${healthy}/${findings.length} healthy`, ...rows.map((row) => `  ${row}`)].join('\n');
  });
  return `${blocks.join('\n\n')}\n\n${formatSummary(report)}`;
}

export function formatSummary({ network, sections }: Report): string {
  const count = (verdict: Verdict): number =>
    sections.flatMap(({ findings }) => findings).filter((each) => each.verdict === verdict).length;
  return `network ${network}: ${count('ok')} ok, ${count('warn')} to look at, ${count('fail')} failed, ${count('unknown')} not known`;
}

/** For CI: the XML that JUnit's reporters share, a suite for each section of each network. */
export function formatJunit(reports: readonly Report[]): string {
  const suites = reports.flatMap((report) =>
    report.sections.map(({ name, findings, durationMs }) => {
      const failures = findings.filter(({ verdict }) => verdict === 'fail').length;
      const skipped = findings.filter(({ verdict }) => verdict === 'unknown').length;
      const title = escape(`${report.network}: ${name}`);
      return [
        `  <testsuite name="${title}" tests="${findings.length}" failures="${failures}" skipped="${skipped}" time="${(durationMs / 1000).toFixed(3)}" timestamp="${report.at}">`,
        ...findings.map((finding) => testcase(title, finding)),
        '  </testsuite>',
      ].join('\n');
    }),
  );
  return ['<?xml version="1.0" encoding="UTF-8"?>', '<testsuites name="mcpnet">', ...suites, '</testsuites>'].join(
    '\n',
  );
}

function testcase(suite: string, { name, verdict, message, remedy }: Checked): string {
  const start = `    <testcase classname="${suite}" name="${escape(name)}"`;
  const text = escape(remedy === undefined ? message : `${message}; ${remedy}`);
  if (verdict === 'fail') return `${start}><failure message="${text}"/></testcase>`;
  if (verdict === 'unknown') return `${start}><skipped message="${text}"/></testcase>`;
  return `${start}><system-out>${text}</system-out></testcase>`;
}

/** XML 1.0, section 2.4; control characters have no place in it at all. */
function escape(text: string): string {
  return text
    .replaceAll(/\p{Cc}/gu, ' ')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
