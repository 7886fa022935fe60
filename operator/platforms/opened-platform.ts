import type { Platform } from '../core/kind.ts';
import type { Store } from '../engine/store.ts';
import type { Driver } from '../ports/driver.ts';
import type { Lock, MayWrite } from '../ports/leadership.ts';
import type { Logger } from '../ports/logger.ts';
import type { Logs } from '../ports/logs.ts';
import type { Records } from '../ports/records.ts';
import type { Secrets } from '../ports/secrets.ts';
import type { Usage } from '../ports/usage.ts';
import type { TrafficCounters } from '../ports/traffic.ts';

/** Where services run, opened once per process: what a process needs of it before it leads, and what it leads with. */
export interface OpenedPlatform {
  readonly name: PlatformName;
  readonly secrets: Secrets;
  /** What the instances print. */
  readonly logs: Logs;
  /** What the instances take of their machines. @throws Fault if nobody measures it */
  usage(): Promise<readonly Usage[]>;
  /** What one operator at a time may hold, in the order in which all acquire it. */
  readonly locks: readonly Lock[];
  /** Host at which ports of the plan answer, if it is another machine than this. */
  readonly remoteHost?: string;
  /** What an operator is made of here, for as long as it leads. */
  parts(reign: Reign): PlatformParts;
}

export type PlatformName = 'docker' | 'kubernetes';

export interface Reign {
  /** What is declared; addresses of registries are read from it. */
  readonly store: Store;
  /** In place of the platform's own, for those who time or hide them. */
  readonly secrets: Secrets;
  readonly logger: Logger;
  /** Asked before everything that is written; without it nobody else is there. */
  readonly mayWrite?: MayWrite | undefined;
}

export interface PlatformParts {
  /** What the controllers are told of it. */
  readonly facts: Platform;
  readonly drivers: readonly Driver[];
  /** Where histories of revisions are kept. */
  readonly records: Records;
  /** What clients make of the services. Ends with the signal; costs nothing until somebody subscribes. */
  traffic(signal: AbortSignal): TrafficCounters;
}
