import type { Command } from 'commander';
import { readConfig, type Flags } from '../config.ts';
import type { OperatorEvent } from '../engine/events.ts';
import type { Status } from '../engine/status.ts';
import { readView, reportProblems } from './client.ts';
import { formatAge, formatTable } from './table.ts';

export function describeCommand(program: Command): void {
  program
    .command('describe')
    .description('everything about one service or network: conditions, instances, events, and why')
    .argument('<name>', 'a service, or network/NAME')
    .action(async (name: string, _options: Flags, command: Command) => {
      const config = readConfig(command.optsWithGlobals<Flags>());
      const view = await readView(config);
      const [prefix, short] = name.includes('/') ? (name.split('/') as [string, string]) : ['service', name];
      const kind = prefix.toLowerCase().includes('network') ? 'MCPNetwork' : 'MCPService';
      const status = view.statuses.find((each) => each.kind === kind && each.metadata.name === short);
      if (!status) {
        reportProblems(view.problems);
        const names = view.statuses.filter((each) => each.kind === kind).map(({ metadata }) => metadata.name);
        throw new Error(`there is no ${kind} named "${short}"; there are: ${names.join(', ') || 'none'}`);
      }
      console.log(describe(status, await view.events(status.key), Date.now()));
    });
}

export function describe(status: Status, events: readonly OperatorEvent[], nowMs: number): string {
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
          each.status,
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

function indent(text: string): string {
  return text
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n');
}
