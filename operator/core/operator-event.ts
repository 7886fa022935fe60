import type { ResourceKey } from './resource.ts';

/** Kubernetes' event shape: what happened to a resource, told once and counted when it happens again. */
export interface OperatorEvent {
  readonly key: ResourceKey;
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
  readonly count: number;
  /** RFC 3339, UTC. */
  readonly firstSeen: string;
  readonly lastSeen: string;
}
