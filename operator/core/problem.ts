/** Why something cannot be decided, in the terms of a condition. */
export interface Problem {
  readonly reason: string;
  readonly message: string;
}
