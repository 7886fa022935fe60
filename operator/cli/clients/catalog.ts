import { join } from 'node:path';
import type { ClientKind, Endpoint, Entry } from './client-kind.ts';

/** The clients that `mcpnet client` knows, in the order in which it lists them. Their forms are told in docs/clients.md. */
export const clientKinds: readonly ClientKind[] = [
  {
    name: 'claude-code',
    title: 'Claude Code',
    format: 'json',
    table: 'mcpServers',
    userFile: ({ home, claude }) => join(claude ?? home, '.claude.json'),
    projectFile: '.mcp.json',
    entry: typed,
    command: ({ name, transport, url }) => `claude mcp add --scope user --transport ${transport} ${name} ${url}`,
    note: 'servers of a project wait until somebody approves them in Claude Code',
  },
  {
    name: 'codex',
    title: 'Codex',
    format: 'toml',
    table: 'mcp_servers',
    userFile: ({ codex }) => join(codex, 'config.toml'),
    projectFile: '.codex/config.toml',
    entry: (endpoint) => (endpoint.transport === 'sse' ? throughBridge(endpoint) : { url: endpoint.url }),
    command: ({ name, transport, url }) =>
      `codex mcp add ${name} ${transport === 'sse' ? `-- npx -y mcp-remote ${url} --transport sse-only` : `--url ${url}`}`,
    note: 'Codex does not speak HTTP+SSE: such a service is reached through the npm package mcp-remote',
  },
  {
    name: 'vscode',
    title: 'Visual Studio Code',
    format: 'jsonc',
    table: 'servers',
    userFile: ({ settings }) => join(settings, 'Code', 'User', 'mcp.json'),
    projectFile: '.vscode/mcp.json',
    entry: typed,
    command: ({ name, ...entry }) =>
      `code --add-mcp '${JSON.stringify({ name, type: entry.transport, url: entry.url })}'`,
  },
  {
    name: 'cursor',
    title: 'Cursor',
    format: 'jsonc',
    table: 'mcpServers',
    userFile: ({ home }) => join(home, '.cursor', 'mcp.json'),
    projectFile: '.cursor/mcp.json',
    entry: ({ url }) => ({ url }),
  },
  {
    name: 'claude-desktop',
    title: 'Claude Desktop',
    format: 'json',
    table: 'mcpServers',
    userFile: ({ settings }) => join(settings, 'Claude', 'claude_desktop_config.json'),
    entry: throughBridge,
    note: "Claude Desktop's file takes programs only: it reaches the services through the npm package mcp-remote (npx is needed)",
  },
  {
    name: 'gemini',
    title: 'Gemini CLI',
    format: 'jsonc',
    table: 'mcpServers',
    userFile: ({ home }) => join(home, '.gemini', 'settings.json'),
    projectFile: '.gemini/settings.json',
    entry: ({ transport, url }) => (transport === 'sse' ? { url, type: 'sse' } : { httpUrl: url }),
    command: ({ name, transport, url }) => `gemini mcp add --scope user --transport ${transport} ${name} ${url}`,
  },
  {
    name: 'inspector',
    title: 'MCP Inspector',
    format: 'json',
    table: 'mcpServers',
    userFile: ({ home }) => join(home, '.mcp-inspector', 'mcp.json'),
    entry: ({ transport, url }) => ({ type: transport === 'sse' ? 'sse' : 'streamable-http', url }),
    command: ({ transport, url }) =>
      `npx @modelcontextprotocol/inspector --cli ${url} --transport ${transport} --method tools/list`,
    prefersCommand: true,
  },
  { name: 'generic', title: 'any other client', format: 'jsonc', table: 'mcpServers', entry: typed },
];

/** @throws if there is none of that name, with those that there are */
export function clientKind(name: string): ClientKind {
  const found = clientKinds.find((each) => each.name === name);
  if (found) return found;
  throw new Error(
    `there is no client "${name}"; there are: ${clientKinds.map((each) => each.name).join(', ')} (generic: JSON for any other)`,
  );
}

function typed({ transport, url }: Endpoint): Entry {
  return { type: transport, url };
}

/** A program that speaks stdio to the client and HTTP to the service. It allows plain HTTP to this machine only. */
function throughBridge({ transport, url }: Endpoint): Entry {
  const isHere = /^http:\/\/(127\.|localhost[:/]|\[::1\])/.test(url);
  return {
    command: 'npx',
    args: [
      '-y',
      'mcp-remote',
      url,
      ...(transport === 'sse' ? ['--transport', 'sse-only'] : []),
      ...(isHere ? [] : ['--allow-http']),
    ],
  };
}
