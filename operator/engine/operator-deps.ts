import type { HashVersion } from '../core/hash.ts';
import type { Kind, Platform } from '../core/kind.ts';
import type { Clock } from '../ports/clock.ts';
import type { Driver } from '../ports/driver.ts';
import type { Instruments } from '../ports/instruments.ts';
import type { MayWrite } from '../ports/leadership.ts';
import type { Logger } from '../ports/logger.ts';
import type { CountSessions, Probe } from '../ports/prober.ts';
import type { Records } from '../ports/records.ts';
import type { Secrets } from '../ports/secrets.ts';
import type { Source } from '../ports/source.ts';
import type { Store } from './store.ts';

/** The parts an operator is made of; real ones in `assemble`, others in tests. */
export interface OperatorDeps {
  readonly scope: string;
  readonly platform: Platform;
  readonly kinds: readonly Kind<unknown>[];
  readonly drivers: readonly Driver[];
  readonly sources: readonly Source[];
  readonly secrets: Secrets;
  readonly probe: Probe;
  readonly countSessions: CountSessions;
  /** Where histories are kept. */
  readonly records: Records;
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: Logger;
  /** The store that `sources` fill; drivers may read addresses of registries from it. */
  readonly store: Store;
  /** Ways of naming workloads, newest first; those of this version of the operator when not given. */
  readonly hashVersions?: readonly HashVersion[];
  /** Whether this process leads, asked before everything that is written; without it nobody else is there. */
  readonly mayWrite?: MayWrite;
  readonly instruments?: Instruments;
  readonly resyncMs?: number;
  /** How long a registration of nobody's is looked at before it goes; 30 s when not given. */
  readonly probationMs?: number;
}
