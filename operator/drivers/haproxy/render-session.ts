import type { BackendSpec } from '../../core/route-spec.ts';

/** JSON-RPC error that the specification wants for a session that has ended (Streamable HTTP, session management). */
const sessionGone = '\'{"jsonrpc":"2.0","error":{"code":-32001,"message":"Session not found"},"id":null}\'';

/** Whether requests of a backend may belong to a replica. */
export function hasSessions({ affinity }: BackendSpec): boolean {
  return affinity === 'session' || affinity === 'endpoint';
}

/**
 * Session affinity without a table: the server's name is put in front of what the client keeps (the session id; with
 * HTTP+SSE the message endpoint), and taken off again on the way in. It survives reloads and restarts, and several
 * balancers agree without talking. These lines of the frontend read the name; nothing that it says is believed but
 * that a server of this very backend is called so.
 */
export function sessionRequestLines(id: string, { affinity }: BackendSpec): string[] {
  return [
    ...(affinity === 'endpoint' ? endpointNames : headerNames),
    '  acl has_server var(txn.server) -m found',
    `  http-request return status 404 content-type application/json string ${sessionGone} if has_server { var(txn.server),lua.mcpnet_session(${id}) -m str gone }`,
    affinity === 'endpoint'
      ? '  http-request replace-path ^/~[^/]*(/.*)$ \\1 if has_server'
      : '  http-request replace-header mcp-session-id ^[^.]*\\.(.*)$ \\1 if has_server',
  ];
}

/**
 * Requests of revision 2026-07-28 and later have no session and are balanced plainly; they are told by their headers
 * `MCP-Protocol-Version` and `Mcp-Method`, which that revision requires on every POST.
 */
const headerNames = [
  '  acl modern req.fhdr(mcp-protocol-version) -m reg ^20(2[6-9]|[3-9][0-9])-',
  '  acl names_method req.fhdr(mcp-method) -m found',
  '  acl has_session req.fhdr(mcp-session-id) -m found',
  '  http-request set-var(txn.server) req.fhdr(mcp-session-id),field(1,.) if has_session !modern or has_session !names_method',
];

const endpointNames = ['  http-request set-var(txn.server) path,field(2,/),bytes(1) if { path_beg /~ }'];

/** Lines of the backend: its own server or none, and the server's name on everything that begins a session. */
export function sessionRouteLines({ affinity }: BackendSpec): string[] {
  return [
    '  acl has_server var(txn.server) -m found',
    // A server that fails meanwhile is no reason to ask another one: that would be a stranger to the session.
    '  force-persist if has_server',
    '  use-server %[var(txn.server)] if has_server',
    affinity === 'endpoint'
      ? '  filter lua.mcpnet_endpoint'
      : '  http-response set-header mcp-session-id %[srv_name].%[res.fhdr(mcp-session-id)] if { res.fhdr(mcp-session-id) -m found }',
  ];
}

/**
 * What a client gets that no replica answered: JSON-RPC all the same. If the replica of its session is gone by now, it
 * is told so; a replica that merely cannot be reached may come back, and the session with it.
 */
export function refusalLines(id: string, spec: BackendSpec): string[] {
  const reason = (status: number, message: string): string =>
    `  http-error status ${status} content-type application/json string '{"jsonrpc":"2.0","error":{"code":-32000,"message":"${message}"},"id":null}'`;
  const gone = `!{ var(txn.answered) -m found } { var(txn.server,none),lua.mcpnet_session(${id}) -m str gone }`;
  return [
    `  http-error status 503 content-type application/json hdr Retry-After 1 lf-string %[var(txn.server,none),lua.mcpnet_refusal(${id})]`,
    reason(502, 'The replica closed the connection without an answer'),
    reason(504, 'The replica did not answer in time'),
    ...(hasSessions(spec)
      ? [
          '  http-response set-var(txn.answered) bool(true)',
          `  http-after-response del-header retry-after if has_server { status 503 } ${gone}`,
          `  http-after-response set-status 404 if has_server { status 503 } ${gone}`,
        ]
      : []),
  ];
}
