import type { ProbeResult } from '../ports/prober.ts';
import type { Reach } from './reach.ts';
import { answerOf, isAuthentication, serverFields, textOf } from './rpc.ts';

const modernVersion = '2026-07-28';
const legacyVersion = '2025-11-25';
const clientInfo = { name: 'mcpnet-probe', version: '1' };

/**
 * Whether an endpoint speaks MCP over Streamable HTTP: `server/discover` of revision 2026-07-28, else initialize,
 * tools/list, DELETE of the earlier ones, which leaves no session behind. 401 and 403 prove that it is reachable, which
 * is all that a probe without credentials can learn.
 */
export async function probeMcp(url: string, reach: Reach, signal: AbortSignal): Promise<ProbeResult> {
  return (await probeModern(url, reach, signal)) ?? probeLegacy(url, reach, signal);
}

/** Undefined if the server does not know the later revision. */
async function probeModern(url: string, reach: Reach, signal: AbortSignal): Promise<ProbeResult | undefined> {
  const meta = {
    'io.modelcontextprotocol/protocolVersion': modernVersion,
    'io.modelcontextprotocol/clientInfo': clientInfo,
    'io.modelcontextprotocol/clientCapabilities': {},
  };
  const call = (id: number, method: string): Promise<Response> =>
    post(
      url,
      { jsonrpc: '2.0', id, method, params: { _meta: meta } },
      { 'mcp-protocol-version': modernVersion, 'mcp-method': method },
      reach,
      signal,
    );
  const response = await call(1, 'server/discover');
  if (isAuthentication(response.status)) return reachable(response.status);
  const discovered = await answerOf(response, 1);
  if (!discovered?.result) return undefined;
  const tools = await answerOf(await call(2, 'tools/list'), 2);
  return { ok: true, fields: serverFields({ ...discovered.result, protocolVersion: modernVersion }, tools) };
}

async function probeLegacy(url: string, reach: Reach, signal: AbortSignal): Promise<ProbeResult> {
  const response = await post(
    url,
    {
      jsonrpc: '2.0',
      id: 1,
      method: 'initialize',
      params: { protocolVersion: legacyVersion, capabilities: {}, clientInfo },
    },
    {},
    reach,
    signal,
  );
  if (isAuthentication(response.status)) return reachable(response.status);
  const answer = await answerOf(response, 1);
  if (!answer?.result) return { ok: false, message: `initialize is answered with ${response.status} and no result` };
  const session = response.headers.get('mcp-session-id');
  const version = textOf(answer.result['protocolVersion']);
  const headers = { 'mcp-protocol-version': version, ...(session !== null && { 'mcp-session-id': session }) };
  try {
    await discard(await post(url, { jsonrpc: '2.0', method: 'notifications/initialized' }, headers, reach, signal));
    const tools = await answerOf(
      await post(url, { jsonrpc: '2.0', id: 2, method: 'tools/list' }, headers, reach, signal),
      2,
    );
    // A server without tools answers with an error of the protocol: it speaks MCP all the same.
    if (!tools) return { ok: false, message: 'initialize is answered, tools/list is not' };
    return { ok: true, fields: serverFields(answer.result, tools) };
  } finally {
    if (session !== null) await reach(url, { method: 'DELETE', headers, signal }).then(discard, () => undefined);
  }
}

function post(
  url: string,
  message: object,
  headers: Record<string, string>,
  reach: Reach,
  signal: AbortSignal,
): Promise<Response> {
  return reach(url, {
    method: 'POST',
    signal,
    body: JSON.stringify(message),
    headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream', ...headers },
  });
}

async function discard(response: Response): Promise<void> {
  await response.body?.cancel();
}

function reachable(status: number): ProbeResult {
  return { ok: true, fields: { protocolVersion: 'unknown', authentication: String(status) } };
}
