import { request } from '../bridge/wire.ts';

const version = '2026-07-28';
const meta = {
  'io.modelcontextprotocol/protocolVersion': version,
  'io.modelcontextprotocol/clientInfo': { name: 'conformance', version: '1' },
  'io.modelcontextprotocol/clientCapabilities': {},
};

/** An HTTP request, as `fetch` and Node's own client take it. */
export interface HttpRequest {
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body: string;
}

/** A request of revision 2026-07-28 with all that it needs; what is undefined among `headers` is left out. */
export function modernRequest(
  method: string,
  params: Record<string, unknown>,
  headers: Readonly<Record<string, string | undefined>> = {},
): HttpRequest {
  const all: Record<string, string | undefined> = {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    'mcp-protocol-version': version,
    'mcp-method': method,
    ...headers,
  };
  const own = params['_meta'] as object | undefined;
  return {
    method: 'POST',
    headers: Object.fromEntries(
      Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined),
    ),
    body: JSON.stringify(request(1, method, { ...params, _meta: { ...meta, ...own } })),
  };
}

export function modernCall(
  name: string,
  args: Record<string, unknown>,
  headers: Readonly<Record<string, string | undefined>> = {},
): HttpRequest {
  return modernRequest('tools/call', { name, arguments: args }, { 'mcp-name': name, ...headers });
}
