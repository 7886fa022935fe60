export type ConditionStatus = 'True' | 'False' | 'Unknown';

/** Kubernetes' shape, see the API conventions' "Typical status properties". */
export interface Condition {
  readonly type: string;
  readonly status: ConditionStatus;
  readonly reason: string;
  readonly message: string;
  readonly observedGeneration: number;
  /** RFC 3339, UTC. */
  readonly lastTransitionTime: string;
}

export type ConditionDraft = Pick<Condition, 'type' | 'status' | 'reason' | 'message'>;

/** Stamps drafts with generation and time. The time of a condition moves only when its status does. */
export function settleConditions(
  drafts: readonly ConditionDraft[],
  previous: readonly Condition[],
  observedGeneration: number,
  nowMs: number,
): Condition[] {
  return drafts.map((draft) => {
    const before = previous.find((condition) => condition.type === draft.type);
    const unmoved = before !== undefined && before.status === draft.status;
    return {
      ...draft,
      observedGeneration,
      lastTransitionTime: unmoved ? before.lastTransitionTime : new Date(nowMs).toISOString(),
    };
  });
}

export function findCondition(conditions: readonly Condition[], type: string): Condition | undefined {
  return conditions.find((condition) => condition.type === type);
}
