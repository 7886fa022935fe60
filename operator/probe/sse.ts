import type { ProbeResult } from '../ports/prober.ts';
import type { Reach } from './reach.ts';
import { events, isAuthentication, serverFields, type RpcMessage } from './rpc.ts';

const version = '2024-11-05';

/**
 * Whether an endpoint speaks MCP over HTTP+SSE (revision 2024-11-05): opens the stream, initializes at the endpoint that
 * it names, lists the tools. Closing the stream ends the session.
 */
export async function probeSse(url: string, reach: Reach, signal: AbortSignal): Promise<ProbeResult> {
  const stream = await reach(url, { headers: { accept: 'text/event-stream' }, signal });
  if (isAuthentication(stream.status))
    return { ok: true, fields: { protocolVersion: 'unknown', authentication: String(stream.status) } };
  let endpoint: string | undefined;
  let initialized: RpcMessage | undefined;
  for await (const { event, data } of events(stream)) {
    if (event === 'endpoint') {
      endpoint = new URL(data, url).href;
      await send(
        endpoint,
        {
          jsonrpc: '2.0',
          id: 1,
          method: 'initialize',
          params: { protocolVersion: version, capabilities: {}, clientInfo: { name: 'mcpnet-probe', version: '1' } },
        },
        reach,
        signal,
      );
      continue;
    }
    const message = JSON.parse(data) as RpcMessage;
    if (message.id === 1 && endpoint !== undefined) {
      initialized = message;
      await send(endpoint, { jsonrpc: '2.0', method: 'notifications/initialized' }, reach, signal);
      await send(endpoint, { jsonrpc: '2.0', id: 2, method: 'tools/list' }, reach, signal);
    } else if (message.id === 2 && initialized?.result) {
      return { ok: true, fields: serverFields(initialized.result, message) };
    }
  }
  return { ok: false, message: `the stream at ${url} ended before the server had initialized (${stream.status})` };
}

async function send(endpoint: string, message: object, reach: Reach, signal: AbortSignal): Promise<void> {
  const response = await reach(endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(message),
    signal,
  });
  await response.body?.cancel();
}
