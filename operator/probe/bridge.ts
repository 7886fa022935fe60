import type { ProbeResult } from '../ports/prober.ts';
import type { Reach } from './reach.ts';
import { textOf } from './rpc.ts';

/** As the bridge answers at `/health`; see docs/bridge.md. */
interface BridgeHealth {
  readonly status: string;
  readonly reason?: string;
  readonly protocolVersion?: unknown;
  /** As the server behind it says. */
  readonly serverInfo?: { readonly name?: unknown; readonly version?: unknown };
  readonly capabilities?: Readonly<Record<string, unknown>>;
}

/** Whether a bridge and the stdio server behind it are well. The bridge has initialized the server itself to know. */
export async function probeBridge(
  address: string,
  port: number,
  reach: Reach,
  signal: AbortSignal,
): Promise<ProbeResult> {
  const response = await reach(`http://${address}:${port}/health`, { signal });
  const health = (await response.json()) as BridgeHealth;
  if (response.status !== 200) return { ok: false, message: health.reason ?? `its bridge answers ${response.status}` };
  return {
    ok: true,
    fields: {
      serverName: textOf(health.serverInfo?.name),
      serverVersion: textOf(health.serverInfo?.version),
      protocolVersion: textOf(health.protocolVersion),
      capabilities: Object.keys(health.capabilities ?? {}).join(','),
    },
  };
}
