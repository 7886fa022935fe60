/** JSON-RPC error that the specification wants for a session that has ended (Streamable HTTP, session management). */
const sessionGone = '\'{"jsonrpc":"2.0","error":{"code":-32001,"message":"Session not found"},"id":null}\'';
const answerGone = `return status 404 content-type application/json string ${sessionGone}`;

/**
 * Session affinity without a table: the server's name is put in front of the session id that the client gets, and taken
 * off again on the way in. It survives reloads and restarts, and several balancers agree without talking.
 *
 * Requests of revision 2026-07-28 and later have no session and are balanced plainly; they are told by their headers
 * `MCP-Protocol-Version` and `Mcp-Method`, which that revision requires on every POST.
 */
export function sessionLines(): string[] {
  return [
    '  acl modern req.hdr(mcp-protocol-version) -m reg ^20(2[6-9]|[3-9][0-9])-',
    '  acl names_method req.hdr(mcp-method) -m found',
    '  acl has_session req.hdr(mcp-session-id) -m found',
    '  acl has_server var(txn.server) -m found',
    '  http-request set-var(txn.server) req.hdr(mcp-session-id),field(1,.) if has_session !modern or has_session !names_method',
    // A name that no server of this backend has: the session's replica is gone. srv_queue finds nothing for it.
    `  http-request ${answerGone} if has_server !{ var(txn.server) -m reg ^[a-z0-9-]+$ }`,
    `  http-request ${answerGone} if has_server !{ var(txn.server),srv_queue -m found }`,
    '  http-request replace-header mcp-session-id ^[^.]*\\.(.*)$ \\1 if has_server',
    '  use-server %[var(txn.server)] if has_server',
    // The named server went down in between and another one answered: its answer is not this session's.
    `  http-response ${answerGone} if has_server !{ srv_name,strcmp(txn.server) eq 0 }`,
    '  http-response set-header mcp-session-id %[srv_name].%[res.hdr(mcp-session-id)] if { res.hdr(mcp-session-id) -m found }',
  ];
}
