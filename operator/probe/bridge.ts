import type { ProbeResult } from '../ports/prober.ts';
import type { Reach } from './reach.ts';

/** As the bridge answers at `/health`; see docs/bridge.md. */
interface BridgeHealth {
  readonly status: string;
  readonly reason?: string;
  readonly protocolVersion?: string;
  readonly serverInfo?: { readonly name?: string; readonly version?: string };
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
      serverName: health.serverInfo?.name ?? 'unknown',
      serverVersion: health.serverInfo?.version ?? 'unknown',
      protocolVersion: health.protocolVersion ?? 'unknown',
      capabilities: Object.keys(health.capabilities ?? {}).join(','),
    },
  };
}
