import type { ServerResponse } from 'node:http';
import { failure, type RequestId } from './json-rpc.ts';

export function replyJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  const text = JSON.stringify(body);
  const length = String(Buffer.byteLength(text));
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': length, ...headers }).end(text);
}

/** An error of the HTTP layer, as JSON-RPC says it. */
export interface Refusal {
  readonly status: number;
  readonly code: number;
  readonly message: string;
  readonly headers?: Record<string, string>;
}

export function refuse(response: ServerResponse, refusal: Refusal, id: RequestId | null = null): void {
  if (response.headersSent) return;
  replyJson(response, refusal.status, failure(id, refusal.code, refusal.message), refusal.headers);
}
