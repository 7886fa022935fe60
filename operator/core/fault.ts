/** See docs/architecture.md. It decides who must act: a person, the world, nobody, or us. */
export type FaultClass = 'invalid' | 'missing' | 'conflict' | 'transient' | 'bug';

/** The only error type that crosses a driver's edge. */
export class Fault extends Error {
  readonly class: FaultClass;
  /** CamelCase, documented in docs/reasons.md; becomes a condition's reason. */
  readonly reason: string;

  constructor(faultClass: FaultClass, reason: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'Fault';
    this.class = faultClass;
    this.reason = reason;
  }
}

/** Whatever was thrown, as a fault. A programming error is a `bug`; everything unknown is `transient`. */
export function asFault(error: unknown): Fault {
  if (error instanceof Fault) return error;
  const message = error instanceof Error ? error.message : String(error);
  const bug = error instanceof TypeError || error instanceof RangeError || error instanceof ReferenceError;
  return bug
    ? new Fault('bug', 'InternalError', message, { cause: error })
    : new Fault('transient', 'Retrying', message, { cause: error });
}
