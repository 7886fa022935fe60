import { Client as ModernClient, StreamableHTTPClientTransport as ModernTransport } from '@modelcontextprotocol/client';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { ClientCapabilities } from '@modelcontextprotocol/sdk/types.js';

export interface LegacyClient {
  readonly client: Client;
  readonly transport: StreamableHTTPClientTransport;
  /** Calls a tool and gives the text of its answer. */
  call(name: string, args?: Record<string, unknown>): Promise<string>;
}

const opened: { close(): Promise<void> }[] = [];

/** A client of the SDK's first generation, up to 2025-11-25. */
export async function connectLegacy(
  url: URL,
  capabilities: ClientCapabilities = {},
  prepare: (client: Client) => void = () => {},
): Promise<LegacyClient> {
  const client = new Client({ name: 'legacy', version: '1' }, { capabilities });
  const transport = new StreamableHTTPClientTransport(url);
  prepare(client);
  await client.connect(transport);
  opened.push(client);
  const call = async (name: string, args: Record<string, unknown> = {}) =>
    textOf(await client.callTool({ name, arguments: args }));
  return { client, transport, call };
}

/** A client of the second generation that insists on 2026-07-28. */
export async function connectModern(url: URL) {
  const client = new ModernClient(
    { name: 'modern', version: '1' },
    { versionNegotiation: { mode: { pin: '2026-07-28' } } },
  );
  await client.connect(new ModernTransport(url));
  opened.push(client);
  const call = async (name: string, args: Record<string, unknown> = {}) =>
    textOf(await client.callTool({ name, arguments: args }));
  return { client, call };
}

/** For `afterEach`. */
export async function closeClients(): Promise<void> {
  await Promise.allSettled(opened.splice(0).map((client) => client.close()));
}

export function textOf(result: unknown): string {
  const { content } = result as { content: { text: string }[] };
  return content[0]?.text ?? '';
}
