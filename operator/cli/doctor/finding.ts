/** What a check found. A remedy says what to do, in words or as a command. */
export interface Finding {
  readonly verdict: Verdict;
  readonly message: string;
  readonly remedy?: string;
}

/** `unknown`: it could not be looked at. */
export type Verdict = 'ok' | 'warn' | 'fail' | 'unknown';

/** One prerequisite. `run` does not throw for what it checks. */
export interface Check {
  readonly name: string;
  readonly run: () => Promise<Finding>;
}

export interface Checked extends Finding {
  readonly name: string;
}

export function ok(message: string): Finding {
  return { verdict: 'ok', message };
}

export function warn(message: string, remedy: string): Finding {
  return { verdict: 'warn', message, remedy };
}

export function fail(message: string, remedy: string): Finding {
  return { verdict: 'fail', message, remedy };
}

export function unknown(message: string): Finding {
  return { verdict: 'unknown', message };
}
