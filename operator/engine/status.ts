import { settleConditions, type Condition, type ConditionDraft } from '../core/condition.ts';
import type { ServerInfo, Verdict } from '../core/kind.ts';
import { placeOf, type Origin, type Resource, type ResourceKey } from '../core/resource.ts';
import { formatProblem, type ManifestProblem } from '../ports/source.ts';

/** Conditions that are there only while something is wrong. */
const troubles = new Set(['Degraded', 'HealthDisputed', 'Contested']);
/** Reasons that pass by themselves: nobody needs to look into the manifest. */
const calm = new Set(['Progressing', 'Starting']);

/** Reasons whose messages name places by themselves. */
const own = new Set(['InvalidManifest', 'DeclaredElsewhere']);

/** What is known of one resource; never written into its manifest. */
export interface Status {
  readonly key: ResourceKey;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly labels: Readonly<Record<string, string>>;
  };
  readonly observedGeneration: number;
  /** Number of the revision in force, for kinds with revisions. */
  readonly revision?: number;
  readonly replicas: number;
  readonly readyReplicas: number;
  readonly port?: number;
  readonly address?: { readonly url: string };
  readonly serverInfo?: ServerInfo;
  readonly conditions: readonly Condition[];
  /** When it was first declared. RFC 3339, UTC. */
  readonly since: string;
  /** Items that exist for it, for `describe`. */
  readonly instances: readonly InstanceStatus[];
}

export interface InstanceStatus {
  readonly type: string;
  readonly id: string;
  readonly phase: string;
  readonly address?: string;
  readonly message?: string;
}

export interface StatusInput {
  readonly key: ResourceKey;
  readonly resource: Resource;
  readonly verdict: Verdict;
  readonly problems: readonly ManifestProblem[];
  readonly previous: Status | undefined;
  readonly instances: readonly InstanceStatus[];
  readonly since: string;
  readonly revision?: number;
  /** Says that the manifest does not decide, where that is so. */
  readonly held?: ConditionDraft;
  /** Says, in words, that another source declares it as well. */
  readonly clash?: string | undefined;
  readonly nowMs: number;
}

/** Problems of one manifest in the message of a condition. */
const mostTold = 3;

export function settleStatus(input: StatusInput): Status {
  const { key, resource, verdict, problems, previous } = input;
  const drafts =
    problems.length > 0
      ? verdict.conditions.map((draft) =>
          draft.type === 'Accepted'
            ? {
                ...draft,
                status: 'False' as const,
                reason: 'InvalidManifest',
                message: `${told(problems)} (the last good version stays in force)`,
              }
            : draft,
        )
      : verdict.conditions;
  return {
    key,
    kind: resource.kind,
    metadata: resource.metadata,
    observedGeneration: resource.generation,
    ...(input.revision !== undefined && { revision: input.revision }),
    replicas: verdict.replicas,
    readyReplicas: verdict.readyReplicas,
    ...(verdict.port !== undefined && { port: verdict.port }),
    ...(verdict.url !== undefined && { address: { url: verdict.url } }),
    ...(verdict.serverInfo && { serverInfo: verdict.serverInfo }),
    conditions: settleConditions(
      [...drafts, ...(input.held ? [input.held] : []), ...contested(input.clash)].map((draft) =>
        withPlace(draft, resource.origin),
      ),
      previous?.conditions ?? [],
      resource.generation,
      input.nowMs,
    ),
    since: input.since,
    instances: input.instances,
  };
}

function contested(message: string | undefined): ConditionDraft[] {
  return message === undefined ? [] : [{ type: 'Contested', status: 'True', reason: 'DeclaredElsewhere', message }];
}

/** All of them at once, so that nobody mends one only to be told of the next; of many the first. */
function told(problems: readonly ManifestProblem[]): string {
  const shown = problems.slice(0, mostTold).map(formatProblem).join('; also ');
  const more = problems.length - mostTold;
  return more > 0 ? `${shown}; and ${more} more: mcpnet validate tells all` : shown;
}

/** Trouble names the manifest in which it may be mended: `files.yaml:1 port 11100 belongs to service/postgres; ...`. */
function withPlace(draft: ConditionDraft, origin: Origin): ConditionDraft {
  const isTrouble = draft.status === (troubles.has(draft.type) ? 'True' : 'False');
  if (!isTrouble || calm.has(draft.reason) || own.has(draft.reason)) return draft;
  const isPlaced = [`${origin.file}:`, `${origin.file} `].some((start) => draft.message.startsWith(start));
  return isPlaced ? draft : { ...draft, message: `${placeOf(origin)} ${draft.message}` };
}

/** Status of a resource of which no version was ever valid. */
export function rejectedStatus(
  key: ResourceKey,
  kind: string,
  namespace: string,
  name: string,
  problems: readonly ManifestProblem[],
  previous: Status | undefined,
  nowMs: number,
): Status {
  const message = told(problems);
  const drafts = ['Accepted', 'Ready'].map((type) => ({
    type,
    status: 'False' as const,
    reason: 'InvalidManifest',
    message,
  }));
  return {
    key,
    kind,
    metadata: { name, namespace, labels: {} },
    observedGeneration: 0,
    replicas: 0,
    readyReplicas: 0,
    instances: [],
    conditions: settleConditions(drafts, previous?.conditions ?? [], 0, nowMs),
    since: previous?.since ?? new Date(nowMs).toISOString(),
  };
}
