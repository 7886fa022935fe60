import type { Command } from 'commander';
import { readConfig, type Flags } from '../config.ts';
import type { OperatorEvent } from '../core/operator-event.ts';
import type { Status } from '../engine/status.ts';
import { readView, reportProblems } from './client.ts';
import { describeSources, sourcesNamed } from './describe-source.ts';
import { paintFor, plain, type Paint } from './paint.ts';
import { formatAge, formatTable } from './table.ts';
import { pick, targetsOf } from './target.ts';

interface DescribeOptions extends Flags {
  readonly namespace?: string;
}

/** What is wrong while they are there. */
const troubles = new Set(['Degraded', 'HealthDisputed', 'Stalled', 'ImageMoved']);

export function describeCommand(program: Command): void {
  program
    .command('describe')
    .description('everything about one service, network or source: conditions, instances, events, and why')
    .argument('<name...>', 'a service, KIND/NAME, or KIND NAME')
    .option('-n, --namespace <namespace>', 'where it is declared, if the name alone does not tell')
    .action(async (names: string[], _options: DescribeOptions, command: Command) => {
      const options = command.optsWithGlobals<DescribeOptions>();
      const sources = sourcesNamed(names);
      if (sources) {
        await describeSources(readConfig(options), sources);
        return;
      }
      const view = await readView(readConfig(options));
      const keys = view.statuses.map(({ key }) => key);
      const found = targetsOf(names, options.namespace).map((target) => {
        try {
          return pick(target, keys);
        } catch (error) {
          reportProblems(view.problems);
          throw error;
        }
      });
      const texts = await Promise.all(
        view.statuses
          .filter(({ key }) => found.includes(key))
          .map(async (status) => describe(status, await view.events(status.key), Date.now(), paintFor(process.stdout))),
      );
      console.log(texts.join('\n\n\n'));
    });
}

export function describe(
  status: Status,
  events: readonly OperatorEvent[],
  nowMs: number,
  paint: Paint = plain,
): string {
  const { metadata, serverInfo } = status;
  const facts: [string, string][] = [
    ['Name', metadata.name],
    ['Namespace', metadata.namespace],
    ['Kind', status.kind],
    [
      'Labels',
      Object.entries(metadata.labels)
        .map(([name, value]) => `${name}=${value}`)
        .join(', ') || 'none',
    ],
    ['Generation', String(status.observedGeneration)],
    ...(status.revision === undefined ? [] : [['Revision', String(status.revision)] satisfies [string, string]]),
    ['URL', status.address?.url ?? 'none'],
    ['Replicas', `${status.readyReplicas} of ${status.replicas} serve`],
    [
      'Server',
      serverInfo
        ? `${serverInfo.name} ${serverInfo.version}, protocol ${serverInfo.protocolVersion}, capabilities ${serverInfo.capabilities.join(', ') || 'none'}`
        : 'unknown',
    ],
    ['Age', formatAge(status.since, nowMs)],
  ];
  const width = Math.max(...facts.map(([name]) => name.length)) + 3;
  return [
    ...facts.map(([name, value]) => `${`${name}:`.padEnd(width)}${value}`),
    '',
    'Conditions:',
    indent(
      formatTable(
        ['TYPE', 'STATUS', 'REASON', 'SINCE', 'MESSAGE'],
        status.conditions.map((each) => [
          each.type,
          conditionPaint(each, paint),
          each.reason,
          formatAge(each.lastTransitionTime, nowMs),
          each.message,
        ]),
      ),
    ),
    '',
    'Instances:',
    status.instances.length === 0
      ? '  none'
      : indent(
          formatTable(
            ['TYPE', 'ID', 'PHASE', 'ADDRESS', 'MESSAGE'],
            status.instances.map((each) => [each.type, each.id, each.phase, each.address ?? '-', each.message ?? '']),
          ),
        ),
    '',
    'Events:',
    events.length === 0
      ? '  none'
      : indent(
          formatTable(
            ['LAST SEEN', 'TYPE', 'REASON', 'COUNT', 'MESSAGE'],
            events.map((event) => [
              formatAge(event.lastSeen, nowMs),
              event.type,
              event.reason,
              String(event.count),
              event.message,
            ]),
          ),
        ),
  ].join('\n');
}

function conditionPaint({ type, status }: Status['conditions'][number], paint: Paint): string {
  if (status === 'Unknown' || troubles.has(type)) return paint('doubtful', status);
  return paint(status === 'True' ? 'good' : 'bad', status);
}

function indent(text: string): string {
  return text
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n');
}
