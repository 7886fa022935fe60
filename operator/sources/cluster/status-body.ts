import { findCondition, type Condition } from '../../core/condition.ts';
import type { Owner, Report } from '../../ports/reports.ts';
import type { Declared } from './declared.ts';

/** What is written below `status` of an object; the shape is in the CustomResourceDefinitions. */
export interface StatusBody {
  readonly observedGeneration: number;
  readonly revision?: number;
  readonly replicas: number;
  readonly readyReplicas: number;
  readonly selector?: string;
  readonly port?: number;
  readonly address?: { readonly url: string };
  readonly serverInfo?: Report['serverInfo'];
  readonly conditions: readonly Condition[];
}

/** Reasons that nothing but a person ends. */
const stalling = new Set([
  'InvalidManifest',
  'DeclaredElsewhere',
  'NetworkNotFound',
  'InvalidRollout',
  'InvalidPortRange',
  'PortConflict',
  'PortOutOfRange',
  'NoPortLeft',
  'SecretMissing',
  'ImageMissing',
  'HostPathMissing',
  'NoHostPath',
  'NoCommand',
  'CommandNotFound',
  'NameTaken',
  'NetworkDiffers',
  'RegistryRefused',
  'BalancerTooOld',
  'BalancerRejected',
]);

/**
 * How a resource fares, in the words of those who read objects of clusters: `Reconciling` and `Stalled` are there while
 * they are so, by which kstatus, Flux and Argo CD tell whether to go on waiting
 * (https://github.com/kubernetes-sigs/cli-utils/blob/master/pkg/kstatus/README.md).
 */
export function statusBody(report: Report, object: Declared, owner: Owner, selector: string | undefined): StatusBody {
  const generation = object.metadata.generation ?? 1;
  if (owner === 'elsewhere') return foreign(report, generation);
  const isRefused = findCondition(report.conditions, 'Accepted')?.reason === 'InvalidManifest';
  const observedGeneration = isRefused ? generation : report.observedGeneration;
  const { revision, replicas, readyReplicas, port, address, serverInfo } = report;
  return {
    observedGeneration,
    ...(revision !== undefined && { revision }),
    replicas,
    readyReplicas,
    ...(selector !== undefined && { selector }),
    ...(port !== undefined && { port }),
    ...(address && { address }),
    ...(serverInfo && { serverInfo }),
    conditions: withProgress(report.conditions, observedGeneration),
  };
}

/** Another source's word is in force, and its status is not this object's. */
function foreign({ conditions }: Report, observedGeneration: number): StatusBody {
  const clash = findCondition(conditions, 'Contested');
  const message = clash?.message ?? 'another source declares it as well, and stays in force; remove one of them';
  const at = { observedGeneration, lastTransitionTime: clash?.lastTransitionTime ?? new Date(0).toISOString() };
  const no = { status: 'False' as const, reason: 'DeclaredElsewhere', message, ...at };
  return {
    observedGeneration,
    replicas: 0,
    readyReplicas: 0,
    conditions: withProgress(
      [
        { type: 'Accepted', ...no },
        { type: 'Ready', ...no },
        { ...no, type: 'Contested', status: 'True' },
      ],
      observedGeneration,
    ),
  };
}

function withProgress(conditions: readonly Condition[], observedGeneration: number): Condition[] {
  const [accepted, ready] = [findCondition(conditions, 'Accepted'), findCondition(conditions, 'Ready')];
  const why = accepted?.status === 'False' ? accepted : ready;
  if (!why || why.status === 'True') return [...conditions];
  const type = stalling.has(why.reason) ? 'Stalled' : 'Reconciling';
  return [...conditions, { ...why, type, status: 'True', observedGeneration }];
}

/** The same body, with the times of what is so already as they stand in the object: an operator that is new knows none. */
export function keepingTimes(body: StatusBody, object: Declared): StatusBody {
  const before = (object.status as Partial<StatusBody> | undefined)?.conditions ?? [];
  return {
    ...body,
    conditions: body.conditions.map((condition) => {
      const known = findCondition(before, condition.type);
      const isSame = known?.status === condition.status;
      return isSame ? { ...condition, lastTransitionTime: known.lastTransitionTime } : condition;
    }),
  };
}
