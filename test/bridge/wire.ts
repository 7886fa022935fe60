/** MCP over HTTP by hand, for what a well-behaved client never sends or never shows. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** The messages of the answer, from its stream or its body; empty when there is none. */
  readonly messages: any[];
}

const json = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };

export async function post(
  url: URL,
  body: unknown,
  headers: Record<string, string> = {},
  signal?: AbortSignal,
): Promise<Answer> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const response = await fetch(url, {
    method: 'POST',
    headers: { ...json, ...headers },
    body: text,
    signal: signal ?? null,
  });
  return {
    status: response.status,
    headers: response.headers,
    messages: parse(await response.text(), response.headers),
  };
}

export function request(id: number | string, method: string, params: Record<string, unknown> = {}) {
  return { jsonrpc: '2.0', id, method, params };
}

export function initialize(protocolVersion = '2025-11-25') {
  return request('init', 'initialize', {
    protocolVersion,
    capabilities: {},
    clientInfo: { name: 'wire', version: '1' },
  });
}

/** Opens a session and gives its header. */
export async function openSession(url: URL): Promise<Record<string, string>> {
  const { headers } = await post(url, initialize());
  const session = { 'mcp-session-id': headers.get('mcp-session-id') ?? '' };
  await post(url, { jsonrpc: '2.0', method: 'notifications/initialized' }, session);
  return session;
}

/** A request of 2026-07-28 with all it needs; `headers` and `meta` change or add to that. */
export function postModern(
  url: URL,
  method: string,
  params: Record<string, unknown> = {},
  headers: Record<string, string> = {},
  signal?: AbortSignal,
): Promise<Answer> {
  const version = headers['mcp-protocol-version'] ?? '2026-07-28';
  const meta = {
    'io.modelcontextprotocol/protocolVersion': version,
    'io.modelcontextprotocol/clientInfo': { name: 'wire', version: '1' },
    'io.modelcontextprotocol/clientCapabilities': {},
  };
  const named = typeof params['name'] === 'string' ? { 'mcp-name': params['name'] } : {};
  const all = { 'mcp-protocol-version': version, 'mcp-method': method, ...named, ...headers };
  return post(url, request(1, method, { ...params, _meta: { ...meta, ...(params['_meta'] as object) } }), all, signal);
}

function parse(text: string, headers: Headers): any[] {
  if (text === '') return [];
  if (headers.get('content-type')?.startsWith('text/event-stream') !== true) return [JSON.parse(text)].flat();
  return [...text.matchAll(/^data: (.+)$/gm)].map(([, data]) => JSON.parse(data ?? ''));
}
