import type { Condition } from '../core/condition.ts';
import type { ServerInfo } from '../core/kind.ts';
import type { OperatorEvent } from '../core/operator-event.ts';
import type { ResourceKey } from '../core/resource.ts';
import type { MayWrite } from './leadership.ts';

/** How a resource fares, for the place where it was written. */
export interface Report {
  readonly key: ResourceKey;
  readonly observedGeneration: number;
  readonly revision?: number;
  readonly replicas: number;
  readonly readyReplicas: number;
  readonly port?: number;
  readonly address?: { readonly url: string };
  readonly serverInfo?: ServerInfo;
  readonly conditions: readonly Condition[];
}

/** Whose word is in force for a resource: this source's, another's, or nobody's yet. */
export type Owner = 'here' | 'elsewhere' | 'nobody';

export interface ReportContext {
  readonly mayWrite: MayWrite;
  /** Who is told what cannot be passed on. */
  readonly failed: (what: string, key: ResourceKey, why: string) => void;
  readonly ownerOf: (key: ResourceKey) => Owner;
  /** Whether something of a resource is left, or may be. */
  readonly isLeft: (key: ResourceKey) => boolean;
}

/** Passes on how resources fare to where they were written. Never throws, and keeps nobody waiting. */
export interface Reports {
  /** From now on, until the signal aborts. */
  begin(context: ReportContext, signal: AbortSignal): void;
  status(report: Report): void;
  event(event: OperatorEvent): void;
}
