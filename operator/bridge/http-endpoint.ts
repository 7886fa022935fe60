import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { DrainEndpoint } from './drain-endpoint.ts';
import type { HealthEndpoint } from './health-endpoint.ts';
import { errorCode } from './json-rpc.ts';
import { isModernPost } from './protocol-version.ts';
import { refuse, type Refusal } from './reply.ts';
import { maxBodyBytes, readBody } from './request-body.ts';
import type { RequestCount } from './request-count.ts';
import type { SessionEndpoint } from './session-endpoint.ts';
import type { SessionlessEndpoint } from './sessionless-endpoint.ts';

export interface Routes {
  readonly path: string;
  readonly health: HealthEndpoint;
  readonly drain: DrainEndpoint;
  /** MCP requests wait for it: until then nobody knows what the server is. */
  readonly ready: Promise<void>;
  readonly requests: RequestCount;
  readonly sessions: SessionEndpoint;
  readonly sessionless: SessionlessEndpoint;
}

/** One path for both eras of MCP, told apart by what each request says of itself, `/health` and `/drained`. Not listening yet. */
export function createHttpServer(routes: Routes): Server {
  const server = createServer({ noDelay: true }, (request, response) => {
    handle(routes, request, response).catch((error: unknown) => {
      if (response.destroyed) return;
      process.stderr.write(`bridge: request failed: ${(error as Error).message}\n`);
      if (response.headersSent) response.destroy();
      else refuse(response, internal);
    });
  });
  // A balancer keeps its connections for a minute: it must never be the one to find them closed.
  server.keepAliveTimeout = 75_000;
  server.headersTimeout = 90_000;
  // These two bound how long a request may take to arrive, not its answer, which has no bound.
  server.requestTimeout = 300_000;
  server.timeout = 0;
  return server;
}

async function handle(routes: Routes, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = (request.url ?? '/').split('?', 1)[0];
  if (path === '/health' && request.method === 'GET') return routes.health.get(response);
  if (path === '/drained' && request.method === 'GET') return routes.drain.get(response);
  if (path !== routes.path) return refuse(response, notFound);
  await routes.ready;
  switch (request.method ?? '') {
    case 'POST':
      return post(routes, request, response);
    case 'GET':
      return routes.sessions.get(request, response);
    case 'DELETE':
      return routes.sessions.delete(request, response);
    default:
      return refuse(response, methodNotAllowed);
  }
}

async function post(routes: Routes, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (!/^application\/json\s*(;|$)/i.test(request.headers['content-type'] ?? '')) return refuse(response, notJson);
  const text = await readBody(request);
  if (text === undefined) return refuse(response, tooLarge);
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return refuse(response, parseError);
  }
  routes.requests.track(body, response);
  const version = request.headers['mcp-protocol-version'];
  if (isModernPost(body, typeof version === 'string' ? version : undefined)) {
    return routes.sessionless.post(request, response, body);
  }
  return routes.sessions.post(request, response, text, body);
}

const { refused } = errorCode;
const notFound: Refusal = { status: 404, code: refused, message: 'Not found' };
const methodNotAllowed: Refusal = {
  status: 405,
  code: refused,
  message: 'Method not allowed.',
  headers: { allow: 'GET, POST, DELETE' },
};
const notJson: Refusal = {
  status: 415,
  code: refused,
  message: 'Unsupported Media Type: Content-Type must be application/json',
};
const parseError: Refusal = {
  status: 400,
  code: errorCode.parse,
  message: 'Parse error: the request body is not valid JSON',
};
const internal: Refusal = { status: 500, code: errorCode.internal, message: 'Internal error' };
const tooLarge: Refusal = {
  status: 413,
  code: refused,
  message: `Payload Too Large: the request body must not exceed ${maxBodyBytes} bytes`,
  headers: { connection: 'close' },
};
