import { commonConditions, condition, movedImages, observedOf, worstFault } from '../assess.ts';
import type { ConditionDraft } from '../../operator/core/condition.ts';
import type { Assessment, ServerInfo, Verdict } from '../../operator/core/kind.ts';
import { itemKey, type Observed } from '../../operator/core/item.ts';
import type { Outcome } from '../../operator/core/history.ts';
import type { Resource } from '../../operator/core/resource.ts';
import type { MCPService } from '../../schemas/types.ts';
import { canaryCondition, namingRevisions, outcomeOf } from './outcome.ts';
import { disputedHealth } from './views.ts';
import { endpointPath } from './workloads.ts';

type ServiceResource = Resource<MCPService['spec']>;

/** What a person wants to know of a service, drawn from the last pass and the last observation. */
export function assessService(service: ServiceResource, assessment: Assessment): Verdict {
  // While a change rolls out, replicas of the old revision serve as well.
  // Nothing serves at a port that is not open.
  const serving = closedListener(assessment) ? [] : assessment.owned.filter(isServing);
  const workloads = observedOf(assessment, 'workload');
  const info = workloads.map(serverInfo).find((each) => each !== undefined);
  const port = portOf(assessment);
  const { conditions, outcome } = judge(service, assessment, serving, info);
  return {
    conditions,
    outcome,
    replicas: wantedReplicas(service, assessment),
    readyReplicas: serving.length,
    ...(port !== undefined && {
      port: port.port,
      url: `http://${port.authority}${endpointPath(service.spec)}`,
    }),
    ...(info && { serverInfo: info }),
  };
}

function judge(
  service: ServiceResource,
  assessment: Assessment,
  serving: readonly Observed[],
  info: ServerInfo | undefined,
): { conditions: ConditionDraft[]; outcome: Outcome } {
  const { healthCheck } = service.spec;
  const replicas = wantedReplicas(service, assessment);
  const common = commonConditions(assessment);
  const blocker = whyNot(assessment, common);
  const some = serving.length > 0 || replicas === 0;
  const upToDate = observedOf(assessment, 'server').filter(isServing).length;
  const isOpen = !closedListener(assessment);
  const all =
    isOpen && upToDate >= replicas && common.every(({ status }) => status === 'True') && !isAwaiting(assessment);
  const sentence = `${serving.length} of ${replicas} replicas serve`;
  const outcome = outcomeOf(assessment, all, blocker);
  const trouble = namingRevisions(service, blocker, assessment, outcome);
  const conditions = [
    ...common,
    some
      ? condition('Available', 'True', 'Serving', sentence)
      : condition('Available', 'False', blocker.reason, blocker.message),
    info || healthCheck.type !== 'mcp' || replicas === 0
      ? condition(
          'Verified',
          'True',
          info ? 'SpeaksMCP' : 'NotProbed',
          info ? `${info.name} ${info.version} answers` : 'no MCP probe is asked for',
        )
      : condition('Verified', 'Unknown', blocker.reason, blocker.message),
    all
      ? condition('Ready', 'True', 'Serving', sentence)
      : condition('Ready', 'False', blocker.reason, `${trouble} (${sentence})`),
    ...(some && !all ? [condition('Degraded', 'True', blocker.reason, trouble)] : []),
    ...canaryCondition(service, assessment),
    ...disputedHealth(assessment),
    ...movedImages(assessment),
  ];
  return { conditions, outcome };
}

/** The listener of a service whose balancer does not run. */
function closedListener(assessment: Assessment): Observed | undefined {
  return observedOf(assessment, 'backend').find(
    ({ phase, fields }) => phase === 'failed' || phase === 'starting' || fields['open'] === 'false',
  );
}

/** Those of a revision that is being tried included. */
function wantedReplicas({ spec }: ServiceResource, { desire }: Assessment): number {
  return 'items' in desire ? desire.items.filter(({ type }) => type === 'workload').length : spec.replicas;
}

function isServing({ type, phase, fields }: Observed): boolean {
  return type === 'server' && phase === 'ready' && fields['health'] !== 'DOWN';
}

/** Something desired is still to come, such as the registration while Consul starts: ready only after it, and once. */
function isAwaiting({ desire, plan }: Assessment): boolean {
  const wanted = new Set('items' in desire ? desire.items.map(itemKey) : []);
  return plan.waits.some(({ item }) => wanted.has(itemKey(item)));
}

/** The first reason, in the order in which a person would look: declaration, faults, replicas, routes. */
function whyNot(assessment: Assessment, common: readonly ConditionDraft[]): { reason: string; message: string } {
  const broken = common.find(({ status }) => status === 'False');
  if (broken) return broken;
  const fault = 'items' in assessment.desire ? worstFault(assessment.desire.items, assessment.faults) : undefined;
  if (fault) return fault;
  const closed = closedListener(assessment);
  if (closed)
    return {
      reason: closed.fields['reason'] ?? reasonOf(closed),
      message: closed.message ?? 'HAProxy does not answer yet',
    };
  const underWay = new Set(
    assessment.plan.waits.filter(({ inProgress }) => inProgress === true).map(({ item }) => item.id),
  );
  const sick = observedOf(assessment, 'workload').find(({ phase, id }) => phase !== 'ready' && !underWay.has(id));
  if (sick)
    return {
      reason: sick.fields['reason'] ?? (sick.phase === 'starting' ? 'Starting' : 'ReplicaStopped'),
      message: `${sick.id} ${sicknessOf(sick)}`,
    };
  const down = observedOf(assessment, 'server').find(({ fields }) => fields['health'] === 'DOWN');
  if (down)
    return {
      reason: 'HealthCheckFailed',
      message: `${down.id} fails its health check${down.message === undefined ? '' : `: ${down.message}`}`,
    };
  const wait = assessment.plan.waits[0];
  return {
    reason: 'Progressing',
    message: wait ? `${wait.item.type} ${wait.item.id} ${wait.cause}` : 'is being set up',
  };
}

function reasonOf({ phase }: Observed): string {
  return phase === 'failed' ? 'PortTaken' : 'Starting';
}

function sicknessOf({ phase, message, fields }: Observed): string {
  if (fields['reason'] !== 'NotSpeakingMCP') return message ?? `is ${phase}`;
  return `does not speak MCP: ${message ?? 'no answer'}; see the output of its container, and spec.transport, mcpPort and path`;
}

function serverInfo({ fields }: Observed): ServerInfo | undefined {
  if (fields['serverName'] === undefined) return undefined;
  return {
    name: fields['serverName'],
    version: fields['serverVersion'] ?? '',
    protocolVersion: fields['protocolVersion'] ?? '',
    capabilities: (fields['capabilities'] ?? '').split(',').filter((name) => name !== ''),
    ...(fields['tools'] !== undefined && { tools: Number(fields['tools']) }),
  };
}

function portOf({ desire, lookup }: Assessment): { port: number; authority: string } | undefined {
  const backend = 'items' in desire ? desire.items.find((item) => item.type === 'backend') : undefined;
  if (backend?.type !== 'backend') return undefined;
  const { port } = backend.spec;
  const host = lookup({ type: 'balancer', id: backend.spec.balancer })?.fields['host'] ?? '127.0.0.1';
  // A platform may give it an address of its own.
  return { port, authority: lookup(backend)?.fields['authority'] ?? `${host}:${port}` };
}
