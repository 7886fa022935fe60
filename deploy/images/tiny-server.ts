import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { hostname } from 'node:os';

/*
 * The smallest useful MCP server over streamable HTTP (specification 2025-11-25, "Transports"), without a library so
 * that it starts fast and hundreds fit on a small machine. One file: its types are stripped and it runs as it is.
 *
 *   PORT             3000; POST, GET and DELETE on /mcp, GET on /health
 *   START_DELAY_MS   listens only after that long
 *   FAIL_AFTER_MS    exits with code 1 after that long
 *   NEVER_SPEAK=1    takes connections and answers none
 */

interface Message {
  readonly id?: string | number;
  readonly method?: string;
  readonly params?: { readonly [name: string]: unknown };
}

const VERSIONS = ['2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05'];
const TOOLS = [
  {
    name: 'echo',
    description: 'Returns its text',
    inputSchema: { type: 'object', properties: { text: { type: 'string' } }, required: ['text'] },
  },
  { name: 'whoami', description: 'Returns the host name', inputSchema: { type: 'object', properties: {} } },
];

const environment = process.env;
const sessions = new Map<string, Set<ServerResponse>>();

process.on('SIGTERM', () => process.exit(0));
process.on('SIGINT', () => process.exit(0));
setTimeout(listen, Number(environment['START_DELAY_MS'] ?? 0));
if (environment['FAIL_AFTER_MS'] !== undefined) setTimeout(() => process.exit(1), Number(environment['FAIL_AFTER_MS']));

function listen(): void {
  const server = createServer(environment['NEVER_SPEAK'] === '1' ? () => {} : handle);
  server.listen(Number(environment['PORT'] ?? 3000), () => console.log(`${hostname()} listens`));
}

function handle(request: IncomingMessage, response: ServerResponse): void {
  const path = request.url?.split('?')[0];
  if (path === '/health') return send(response, 200, { status: 'ok', host: hostname(), sessions: sessions.size });
  if (path !== '/mcp') return send(response, 404, { error: 'not here; try /mcp or /health' });
  if (request.method === 'POST') return void receive(request, response);

  const sessionId = String(request.headers['mcp-session-id']);
  const streams = sessions.get(sessionId);
  if (streams === undefined) return refuse(response, 404, undefined, -32001, 'Session not found');
  if (request.method === 'DELETE') {
    sessions.delete(sessionId);
    for (const stream of streams) stream.end();
    response.writeHead(204).end();
  } else if (request.method === 'GET') {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' }).flushHeaders();
    streams.add(response);
    response.on('close', () => streams.delete(response));
  } else {
    response.writeHead(405, { allow: 'GET, POST, DELETE' }).end();
  }
}

async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const message = await readMessage(request);
  if (message === undefined) return refuse(response, 400, undefined, -32700, 'Parse error');
  if (message.method === 'initialize') return initialize(message, response);
  const sessionId = request.headers['mcp-session-id'];
  if (sessionId === undefined) return refuse(response, 400, message.id, -32000, 'Mcp-Session-Id is required');
  if (!sessions.has(String(sessionId))) return refuse(response, 404, message.id, -32001, 'Session not found');
  if (message.id === undefined) return void response.writeHead(202).end();
  const result = answer(message.method ?? '', message.params ?? {});
  if (result === undefined) return refuse(response, 200, message.id, -32601, `Method not found: ${message.method}`);
  send(response, 200, { jsonrpc: '2.0', id: message.id, result });
}

function initialize(message: Message, response: ServerResponse): void {
  const sessionId = randomUUID();
  sessions.set(sessionId, new Set());
  const wanted = String(message.params?.['protocolVersion']);
  const result = {
    protocolVersion: VERSIONS.includes(wanted) ? wanted : VERSIONS[0],
    capabilities: { tools: {} },
    serverInfo: { name: 'tiny', version: '1' },
  };
  send(response, 200, { jsonrpc: '2.0', id: message.id, result }, { 'mcp-session-id': sessionId });
}

function answer(method: string, params: { readonly [name: string]: unknown }): unknown {
  switch (method) {
    case 'ping':
      return {};
    case 'tools/list':
      return { tools: TOOLS };
    case 'tools/call':
      return callTool(params);
    default:
      return undefined;
  }
}

function callTool(params: { readonly [name: string]: unknown }): unknown {
  const text = (value: string): unknown => ({ content: [{ type: 'text', text: value }] });
  switch (params['name']) {
    case 'echo':
      return text(String((params['arguments'] as { text?: unknown } | undefined)?.text));
    case 'whoami':
      return text(hostname());
    default:
      return { ...(text(`no tool "${String(params['name'])}"`) as object), isError: true };
  }
}

async function readMessage(request: IncomingMessage): Promise<Message | undefined> {
  try {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const message: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'));
    return typeof message === 'object' && message !== null ? message : undefined;
  } catch {
    return undefined;
  }
}

function refuse(response: ServerResponse, status: number, id: Message['id'], code: number, message: string): void {
  send(response, status, { jsonrpc: '2.0', id: id ?? null, error: { code, message } });
}

function send(response: ServerResponse, status: number, body: object, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}
