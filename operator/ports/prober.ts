import type { ProbeSpec } from '../core/item.ts';

/** Outcome of one probe. Fields describe the server and become fields of the observed workload. */
export type ProbeResult =
  | { readonly ok: true; readonly fields: Readonly<Record<string, string>> }
  | { readonly ok: false; readonly message: string };

/** Asks one replica whether it does its work. Never throws; has its own deadline. */
export type Probe = (spec: ProbeSpec, address: string, signal: AbortSignal) => Promise<ProbeResult>;

/** Live sessions of a replica that counts them; undefined if it does not tell. */
export type CountSessions = (address: string, port: number, signal: AbortSignal) => Promise<number | undefined>;
