import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';

/*
 * The smallest useful MCP server over streamable HTTP (specification 2025-11-25, "Transports"), without a library so
 * that it starts fast and hundreds fit on a small machine. One file: its types are stripped and it runs as it is.
 *
 *   PORT             3000; POST, GET and DELETE on /mcp, GET on /health
 *   START_DELAY_MS   listens only after that long
 *   FAIL_AFTER_MS    exits with code 1 after that long
 *   NEVER_SPEAK=1    takes connections and answers none
 *   STATELESS=1      speaks revision 2026-07-28 beside the earlier ones
 */

interface Session {
  readonly streams: Set<ServerResponse>;
  memory?: string;
}

interface Arguments {
  readonly text?: string;
  readonly ms?: number;
}

interface Message {
  readonly id?: string | number;
  readonly method?: string;
  readonly params?: { readonly [name: string]: unknown };
}

const VERSIONS = ['2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05'];
const STATELESS_VERSION = '2026-07-28';
const SERVER_META = { 'io.modelcontextprotocol/serverInfo': { name: 'tiny', version: '1' } };
const TOOLS = [
  tool('echo', 'Returns its text', { text: 'string' }),
  tool('whoami', 'Returns the host name', {}),
  tool('remember', 'Keeps a text for this session, in this process', { text: 'string' }),
  tool('recall', 'Returns its text, what the session remembers, and which process answers, as JSON', {
    text: 'string',
  }),
  tool('sleep', 'Returns its text after so many milliseconds', { text: 'string', ms: 'number' }),
  tool('burn', 'Returns its text after so many milliseconds of computing', { text: 'string', ms: 'number' }),
];

const environment = process.env;
const isStateless = environment['STATELESS'] === '1';
const sessions = new Map<string, Session>();
/** Tells this start of the container from an earlier one. */
const processId = randomUUID().slice(0, 8);

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
  const streams = sessions.get(sessionId)?.streams;
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
  if (isStateless && request.headers['mcp-protocol-version'] === STATELESS_VERSION) {
    const result = await answer(message, undefined);
    if (result === undefined) return refuse(response, 404, message.id, -32601, `Method not found: ${message.method}`);
    return send(response, 200, { jsonrpc: '2.0', id: message.id, result: { resultType: 'complete', ...result } });
  }
  if (message.method === 'initialize') return initialize(message, response);
  const sessionId = request.headers['mcp-session-id'];
  if (sessionId === undefined) return refuse(response, 400, message.id, -32000, 'Mcp-Session-Id is required');
  const session = sessions.get(String(sessionId));
  if (session === undefined) return refuse(response, 404, message.id, -32001, 'Session not found');
  if (message.id === undefined) return void response.writeHead(202).end();
  const result = await answer(message, session);
  if (result === undefined) return refuse(response, 200, message.id, -32601, `Method not found: ${message.method}`);
  send(response, 200, { jsonrpc: '2.0', id: message.id, result });
}

function initialize(message: Message, response: ServerResponse): void {
  const sessionId = randomUUID();
  sessions.set(sessionId, { streams: new Set() });
  const wanted = String(message.params?.['protocolVersion']);
  const result = {
    protocolVersion: VERSIONS.includes(wanted) ? wanted : VERSIONS[0],
    capabilities: { tools: {} },
    serverInfo: { name: 'tiny', version: '1' },
  };
  send(response, 200, { jsonrpc: '2.0', id: message.id, result }, { 'mcp-session-id': sessionId });
}

/** Undefined for a method that is not known. */
async function answer({ method, params = {} }: Message, session: Session | undefined): Promise<object | undefined> {
  const cached = session === undefined ? { ttlMs: 0, cacheScope: 'private' } : {};
  switch (method ?? '') {
    case 'ping':
      return session && {};
    case 'server/discover':
      return session === undefined
        ? { ...cached, supportedVersions: [STATELESS_VERSION], capabilities: { tools: {} }, _meta: SERVER_META }
        : undefined;
    case 'tools/list':
      return { ...cached, tools: TOOLS };
    case 'tools/call':
      return callTool(String(params['name']), params['arguments'] ?? {}, session);
    default:
      return undefined;
  }
}

async function callTool(name: string, { text = '', ms = 0 }: Arguments, session?: Session): Promise<object> {
  const result = (value: string): object => ({ content: [{ type: 'text', text: value }] });
  switch (name) {
    case 'remember':
      if (session) session.memory = text;
      return result(text);
    case 'recall':
      return result(JSON.stringify({ text, memory: session?.memory, host: hostname(), process: processId }));
    case 'sleep':
      await delay(ms);
      return result(text);
    case 'burn':
      burn(ms);
      return result(text);
    case 'echo':
      return result(text);
    case 'whoami':
      return result(hostname());
    default:
      return { ...result(`no tool "${name}"`), isError: true };
  }
}

/** By the processor's time and not by the clock: a replica with a CPU limit takes longer. */
function burn(ms: number): void {
  const start = process.cpuUsage();
  for (;;) {
    const { user, system } = process.cpuUsage(start);
    if (user + system >= ms * 1000) return;
  }
}

function tool(name: string, description: string, types: Readonly<Record<string, string>>): object {
  const properties = Object.fromEntries(Object.entries(types).map(([property, type]) => [property, { type }]));
  return { name, description, inputSchema: { type: 'object', properties, required: Object.keys(types) } };
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
