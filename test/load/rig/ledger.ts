/**
 * What was asked: a call within a held session, the three requests that open one, a request of the era without sessions,
 * a call by an official SDK, or all of a session that is opened and ended.
 */
export type ClientKind = 'session' | 'opening' | 'stateless' | 'judge' | 'newcomer';

/** A session and where it is held. */
export interface HeldSession {
  /** Host name of the replica. */
  readonly replica: string;
  readonly sinceMs: number;
}

/** A request that a user would have noticed. Times in milliseconds since the epoch. */
export interface Failure {
  readonly kind: ClientKind;
  readonly client: string;
  readonly startedMs: number;
  readonly endedMs: number;
  /** When the connection was begun, where that is known and it is the connection that failed. */
  readonly connectedMs: number | undefined;
  /** The client's session, where there is one. */
  readonly session: HeldSession | undefined;
  readonly what: string;
}

/** A session that was answered 404 "Session not found". Whether it may have been is for the scenario to say. */
export interface SessionEnd {
  readonly client: string;
  readonly session: HeldSession;
  readonly startedMs: number;
  readonly endedMs: number;
}

/** A session that was opened, and where. */
export interface Landing {
  readonly kind: ClientKind;
  readonly replica: string;
  readonly startedMs: number;
  readonly endedMs: number;
}

/** Everything that clients were answered while they ran; plain data, so that it passes between threads. */
export interface LoadReport {
  readonly requests: number;
  readonly failures: readonly Failure[];
  readonly ended: readonly SessionEnd[];
  readonly landings: readonly Landing[];
  readonly streamsCut: number;
  /** Milliseconds of the requests that were answered as they should be, by phase and kind. */
  readonly latenciesMs: Readonly<Record<string, Readonly<Partial<Record<ClientKind, readonly number[]>>>>>;
  /** Answers by host name of the replica, by phase. */
  readonly answers: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

/** Milliseconds since the epoch, finer than a millisecond, the same in every thread. */
export function nowMs(): number {
  return performance.timeOrigin + performance.now();
}

/** Where clients write down what they were answered. */
export class Ledger {
  phase = 'warm-up';
  #requests = 0;
  #streamsCut = 0;
  readonly #failures: Failure[] = [];
  readonly #ended: SessionEnd[] = [];
  readonly #landings: Landing[] = [];
  readonly #latenciesMs: Record<string, Partial<Record<ClientKind, number[]>>> = {};
  readonly #answers: Record<string, Record<string, number>> = {};

  answered(kind: ClientKind, latencyMs: number, replica?: string): void {
    this.#requests++;
    ((this.#latenciesMs[this.phase] ??= {})[kind] ??= []).push(latencyMs);
    if (replica === undefined) return;
    const answers = (this.#answers[this.phase] ??= {});
    answers[replica] = (answers[replica] ?? 0) + 1;
  }

  failed(failure: Failure): void {
    this.#requests++;
    this.#failures.push(failure);
  }

  ended(end: SessionEnd): void {
    this.#requests++;
    this.#ended.push(end);
  }

  landed(landing: Landing): void {
    this.#landings.push(landing);
  }

  streamCut(): void {
    this.#streamsCut++;
  }

  get report(): LoadReport {
    return {
      requests: this.#requests,
      failures: this.#failures,
      ended: this.#ended,
      landings: this.#landings,
      streamsCut: this.#streamsCut,
      latenciesMs: this.#latenciesMs,
      answers: this.#answers,
    };
  }
}
