/** JSON-RPC 2.0 as MCP uses it: the shapes the bridge must tell apart, and nothing of what is inside them. */

export type RequestId = string | number;
export type Fields = { readonly [name: string]: unknown };

export interface JsonRpcRequest {
  readonly jsonrpc: '2.0';
  readonly id: RequestId;
  readonly method: string;
  readonly params?: Fields;
}

export interface JsonRpcNotification {
  readonly jsonrpc: '2.0';
  readonly method: string;
  readonly params?: Fields;
}

export interface JsonRpcError {
  readonly code: number;
  readonly message: string;
  readonly data?: unknown;
}

export interface JsonRpcResponse {
  readonly jsonrpc: '2.0';
  readonly id: RequestId | null;
  readonly result?: Fields;
  readonly error?: JsonRpcError;
}

export type JsonRpcMessage = JsonRpcRequest | JsonRpcNotification | JsonRpcResponse;

/** JSON-RPC 2.0 section 5.1, and the server-defined codes the MCP SDKs use for HTTP. */
export const errorCode = {
  parse: -32700,
  invalidRequest: -32600,
  methodNotFound: -32601,
  internal: -32603,
  refused: -32000,
  sessionNotFound: -32001,
} as const;

export function isRequest(message: JsonRpcMessage): message is JsonRpcRequest {
  return 'method' in message && 'id' in message;
}

export function isNotification(message: JsonRpcMessage): message is JsonRpcNotification {
  return 'method' in message && !('id' in message);
}

export function isResponse(message: JsonRpcMessage): message is JsonRpcResponse {
  return !('method' in message);
}

/** The message when `value` has the shape of one, else undefined. Params and results are not looked at. */
export function asMessage(value: unknown): JsonRpcMessage | undefined {
  if (!isFields(value) || value['jsonrpc'] !== '2.0') return undefined;
  const { id, method, params } = value;
  if (params !== undefined && !isFields(params)) return undefined;
  if (typeof method === 'string') {
    if ('id' in value && !isRequestId(id)) return undefined;
  } else if (method !== undefined || !('result' in value || 'error' in value)) {
    return undefined;
  } else if (!isRequestId(id) && !(id === null && 'error' in value)) {
    return undefined;
  }
  // Safe: the checks above are the discriminants of the union.
  return value as unknown as JsonRpcMessage;
}

/** One line of a server's output. Some print banners to stdout: what is no message is undefined and for nobody. */
export function parseMessage(line: string): JsonRpcMessage | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return asMessage(JSON.parse(line));
  } catch {
    return undefined;
  }
}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isRequestId(value: unknown): value is RequestId {
  return typeof value === 'string' || typeof value === 'number';
}

/** The token under which the asker wants `notifications/progress`, when it wants any. */
export function progressTokenOf(params: Fields | undefined): RequestId | undefined {
  const meta = params?.['_meta'];
  const token = isFields(meta) ? meta['progressToken'] : undefined;
  return isRequestId(token) ? token : undefined;
}

export function cancellation(requestId: RequestId, reason: string): JsonRpcNotification {
  return { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId, reason } };
}

export function failure(id: RequestId | null, code: number, message: string): JsonRpcResponse {
  return { jsonrpc: '2.0', id, error: { code, message } };
}
