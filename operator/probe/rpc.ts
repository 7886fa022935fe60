/** A JSON-RPC response as far as probes look at it. */
export interface RpcMessage {
  readonly id?: string | number | null;
  readonly result?: Readonly<Record<string, unknown>>;
  readonly error?: { readonly code: number; readonly message: string };
}

/** The answer to a request, be it plain JSON or an event of a stream. Reads no further than that. */
export async function answerOf(response: Response, id: number | string): Promise<RpcMessage | undefined> {
  if (!response.headers.get('content-type')?.includes('text/event-stream')) {
    return parseMessage(await response.text());
  }
  for await (const { data } of events(response)) {
    const message = parseMessage(data);
    if (message?.id === id) return message;
  }
  return undefined;
}

/** Server-sent events (WHATWG HTML, section 9.2) of a response, until it ends or the loop is left. */
export async function* events(response: Response): AsyncGenerator<{ event: string; data: string }> {
  let buffer = '';
  const decoder = new TextDecoder();
  // Leaving the loop cancels the body, which closes the connection.
  for await (const chunk of response.body ?? []) {
    buffer += decoder.decode(chunk as Uint8Array, { stream: true }).replaceAll('\r\n', '\n');
    const blocks = buffer.split('\n\n');
    buffer = blocks.pop() ?? '';
    for (const block of blocks) yield parseEvent(block);
  }
}

export function isAuthentication(status: number): boolean {
  return status === 401 || status === 403;
}

/** What a server says of itself, as fields of its workload. */
export function serverFields(
  initialized: Readonly<Record<string, unknown>>,
  tools: RpcMessage | undefined,
): Record<string, string> {
  // What a stranger's server sends may have any shape: everything is looked at, nothing is trusted.
  const meta = (initialized['_meta'] ?? {}) as Record<string, unknown>;
  // Revision 2026-07-28 has it among the metadata.
  const info = (initialized['serverInfo'] ?? meta['io.modelcontextprotocol/serverInfo'] ?? {}) as {
    name?: unknown;
    version?: unknown;
  };
  const capabilities = Object.keys(initialized['capabilities'] ?? {});
  const listed = tools?.result?.['tools'];
  return {
    serverName: textOf(info.name),
    serverVersion: textOf(info.version),
    protocolVersion: textOf(initialized['protocolVersion']),
    capabilities: capabilities.join(','),
    ...(Array.isArray(listed) && { tools: String(listed.length) }),
  };
}

export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : 'unknown';
}

function parseEvent(block: string): { event: string; data: string } {
  const lines = block.split('\n');
  const value = (name: string): string[] =>
    lines.flatMap((line) => (line.startsWith(`${name}:`) ? [line.slice(name.length + 1).replace(/^ /, '')] : []));
  return { event: value('event')[0] ?? 'message', data: value('data').join('\n') };
}

function parseMessage(text: string): RpcMessage | undefined {
  try {
    return JSON.parse(text) as RpcMessage;
  } catch {
    return undefined;
  }
}
