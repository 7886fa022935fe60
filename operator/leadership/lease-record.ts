import type { ClusterApi } from '../cluster/api.ts';
import { isStatus } from '../cluster/api-error.ts';
import { pathOf, type KubeObject } from '../cluster/objects.ts';

/** coordination.k8s.io/v1, as far as it is used here. */
export interface Lease extends KubeObject {
  readonly spec: {
    readonly holderIdentity?: string;
    readonly leaseDurationSeconds?: number;
    /** RFC 3339 with microseconds. */
    readonly acquireTime?: string;
    readonly renewTime?: string;
    readonly leaseTransitions?: number;
  };
}

const kind = { apiVersion: 'coordination.k8s.io/v1', plural: 'leases' };

/** One Lease, written only as the successor of what was read: of two who write at once, one gets a conflict. */
export class LeaseRecord {
  /** As people find it: `namespace/name`. */
  readonly name: string;
  readonly #api: ClusterApi;
  readonly #namespace: string;
  readonly #id: string;

  constructor(api: ClusterApi, namespace: string, id: string) {
    this.#api = api;
    this.#namespace = namespace;
    this.#id = id;
    this.name = `${namespace}/${id}`;
  }

  /** Undefined if there is none. @throws ApiError */
  async read(deadlineMs: number, signal?: AbortSignal): Promise<Lease | undefined> {
    try {
      return await this.#api.request<Lease>({ path: this.#path(), deadlineMs, ...(signal && { signal }) });
    } catch (error) {
      if (isStatus(error, 404)) return undefined;
      throw error;
    }
  }

  /** @throws ApiError with 409 if somebody else has written it meanwhile */
  async take(
    found: Lease | undefined,
    identity: string,
    seconds: number,
    deadlineMs: number,
    signal: AbortSignal,
  ): Promise<Lease> {
    const at = microTime();
    const spec = {
      holderIdentity: identity,
      leaseDurationSeconds: seconds,
      acquireTime: at,
      renewTime: at,
      leaseTransitions: (found?.spec.leaseTransitions ?? -1) + 1,
    };
    if (found) return this.#replace({ ...found, spec }, deadlineMs, signal);
    return this.#api.request<Lease>({
      method: 'POST',
      path: pathOf(kind, this.#namespace),
      body: { apiVersion: kind.apiVersion, kind: 'Lease', metadata: { name: this.#id }, spec },
      deadlineMs,
      signal,
    });
  }

  /** @throws ApiError with 409 if somebody else has written it meanwhile */
  renew(lease: Lease, seconds: number, deadlineMs: number): Promise<Lease> {
    const spec = { ...lease.spec, leaseDurationSeconds: seconds, renewTime: microTime() };
    return this.#replace({ ...lease, spec }, deadlineMs);
  }

  /** Nobody's: whoever comes next need not wait. */
  async giveBack(lease: Lease, deadlineMs: number): Promise<void> {
    const spec = { ...lease.spec, holderIdentity: '', renewTime: microTime() };
    await this.#replace({ ...lease, spec }, deadlineMs);
  }

  #replace(lease: Lease, deadlineMs: number, signal?: AbortSignal): Promise<Lease> {
    return this.#api.request<Lease>({
      method: 'PUT',
      path: this.#path(),
      body: lease,
      deadlineMs,
      ...(signal && { signal }),
    });
  }

  #path(): string {
    return pathOf(kind, this.#namespace, this.#id);
  }
}

/**
 * Whether a Lease may be taken: it is nobody's, or its record has not changed for as long as it says, by our own clock,
 * since we first saw it so. The times in it are by the clocks of others, and decide nothing.
 */
export function acquirable(): (found: Lease, nowMs: number) => boolean {
  let seen = { version: '', sinceMs: 0 };
  return ({ metadata, spec }, nowMs) => {
    if ((spec.holderIdentity ?? '') === '') return true;
    const version = `${metadata.uid ?? ''} ${spec.holderIdentity ?? ''} ${spec.renewTime ?? ''}`;
    if (seen.version !== version) seen = { version, sinceMs: nowMs };
    return nowMs - seen.sinceMs >= (spec.leaseDurationSeconds ?? 0) * 1_000;
  };
}

function microTime(): string {
  return new Date().toISOString().replace(/Z$/, '000Z');
}
