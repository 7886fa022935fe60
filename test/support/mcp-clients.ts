import { Client as ModernClient, StreamableHTTPClientTransport as ModernTransport } from '@modelcontextprotocol/client';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';

/** A session of the official SDK. */
export interface McpSession {
  readonly client: Client;
  /** As the client got it; empty where the transport has none in a header. */
  readonly sessionId: string;
  tools(): Promise<string[]>;
  /** Calls a tool and gives the text of its answer; throws on a protocol error. */
  call(name: string, args?: Record<string, unknown>): Promise<string>;
  /** DELETE, then the end of the connection. */
  end(): Promise<void>;
}

const opened = new Set<{ close(): Promise<void> }>();

/** SDK 1.x, revisions up to 2025-11-25, over Streamable HTTP. */
export async function connect(url: URL): Promise<McpSession> {
  const transport = new StreamableHTTPClientTransport(url);
  const client = await open(transport);
  return session(client, transport.sessionId ?? '', () => transport.terminateSession());
}

/** SDK 1.x over HTTP+SSE (2024-11-05). */
export async function connectSse(url: URL): Promise<McpSession> {
  const client = await open(new SSEClientTransport(url));
  return session(client, '', () => Promise.resolve());
}

/** SDK 2.x, insisting on revision 2026-07-28: no session. */
export async function connectModern(
  url: URL,
): Promise<{ tools(): Promise<string[]>; call(name: string, args?: Record<string, unknown>): Promise<string> }> {
  const client = new ModernClient(
    { name: 'e2e-modern', version: '1' },
    { versionNegotiation: { mode: { pin: '2026-07-28' } } },
  );
  await client.connect(new ModernTransport(url));
  opened.add(client);
  return {
    tools: async () => (await client.listTools()).tools.map(({ name }) => name),
    call: async (name, args = {}) => textOf(await client.callTool({ name, arguments: args })),
  };
}

/** For `afterEach`: what a test left open would hold its process. */
export async function closeClients(): Promise<void> {
  const all = [...opened];
  opened.clear();
  await Promise.allSettled(all.map((client) => client.close()));
}

export function textOf(result: unknown): string {
  const { content } = result as { content: { text?: string }[] };
  return content[0]?.text ?? '';
}

async function open(transport: SSEClientTransport | StreamableHTTPClientTransport): Promise<Client> {
  const client = new Client({ name: 'e2e', version: '1' });
  await client.connect(transport);
  opened.add(client);
  return client;
}

function session(client: Client, sessionId: string, terminate: () => Promise<void>): McpSession {
  return {
    client,
    sessionId,
    tools: async () => (await client.listTools()).tools.map(({ name }) => name),
    call: async (name, args = {}) => textOf(await client.callTool({ name, arguments: args })),
    end: async () => {
      await terminate();
      opened.delete(client);
      await client.close();
    },
  };
}
