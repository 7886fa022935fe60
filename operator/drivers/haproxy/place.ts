import type { Observed } from '../../core/item.ts';
import type { ResourceKey } from '../../core/resource.ts';
import type { Listener } from '../../ports/balancer-cluster.ts';
import type { Hint } from '../../ports/driver.ts';
import type { Model } from './model.ts';
import type { Runtime } from './runtime.ts';

/** Asks HAProxy itself about a file of its directory; undefined if no HAProxy runs that could be asked. */
export type CheckConfig = (
  balancer: string,
  fileName: string,
  signal: AbortSignal,
) => Promise<{ ok: boolean; output: string } | undefined>;

/** The configuration of one HAProxy: what a process starts from, and the only memory of what it was told. */
export interface ConfigStore {
  /** What it holds; what it held last, if somebody took that away. Undefined if it never held one. */
  model(): Model | undefined;
  /** Whether these are its very bytes. */
  holds(pieces: readonly Buffer[]): boolean;
  /** Whether somebody else changed what it says of its model. */
  isEdited(): boolean;
  /** Replaces it in one step, for changes that processes are told as well. */
  replace(model: Model): void | Promise<void>;
  /** Puts a content where it can be checked. Returns the name of that file in the directory of the process. */
  propose(pieces: readonly Buffer[]): Promise<string>;
  /** Replaces it by the proposed content in one step. */
  accept(model: Model, pieces: readonly Buffer[]): Promise<void>;
  remove(): Promise<void>;
}

/** Where one HAProxy lives: its configuration, and the processes that run it. */
export interface Place {
  readonly store: ConfigStore;
  /** Those that run or may: one on an engine, one for each Pod on a cluster. */
  processes(): readonly Runtime[];
  readonly check: CheckConfig;
  /** Whether servers can be changed without a reload. */
  readonly isDynamic: boolean;
  /** Whether it listens where processes of this machine do, and another one may hold its ports. */
  readonly sharesPorts: boolean;
}

/** Where all HAProxys of a platform live. */
export interface Housing {
  /** Of every balancer that has a configuration. */
  names(signal: AbortSignal): Promise<readonly string[]>;
  open(balancer: string): Place;
  /** Hints until the signal aborts, whatever a look may find changed. */
  watch(hint: Hint, isRunning: (balancer: string) => Promise<boolean>, signal: AbortSignal): void;
  /** Refuses a listener that somebody else's thing is in the way of. @throws Fault conflict */
  admit?(balancer: string, listener: Listener, signal: AbortSignal): Promise<void>;
  /**
   * Makes what stands around a balancer as its model says: what runs it, and what leads to it.
   * @param focus id of the item that it is done for; trouble with another one is that one's own
   */
  furnish?(balancer: string, model: Model, focus: string, signal: AbortSignal): Promise<void>;
  /** Takes that away again, after the configuration. */
  clear?(balancer: string, owner: ResourceKey, signal: AbortSignal): Promise<void>;
  /** What was seen of a balancer, with what is seen of what stands around it. */
  complete?(balancer: string, model: Model, observed: readonly Observed[]): readonly Observed[];
}
