import type { CheckSpec } from '../../core/route-spec.ts';

const headers = 'hdr Host localhost hdr Content-Type application/json hdr Accept "application/json, text/event-stream"';
const initialize = body({
  jsonrpc: '2.0',
  id: 'check',
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'mcpnet-check', version: '1' } },
});
const listTools = body({ jsonrpc: '2.0', id: 'check-tools', method: 'tools/list' });

/** Health checks that HAProxy runs by itself, so that health is right with the operator gone. */
export function checkLines(check: CheckSpec): string[] {
  const timeout = `  timeout check ${check.timeoutMs}ms`;
  switch (check.kind) {
    case 'tcp':
      return [timeout];
    case 'http':
      return [
        timeout,
        '  option httpchk',
        '  http-check connect',
        `  http-check send meth GET uri ${check.path} ver HTTP/1.1 hdr Host localhost`,
        '  http-check expect rstatus ^[23]',
      ];
    case 'mcp':
      return [timeout, ...mcpChain(check.path)];
    case 'sse':
      return [
        timeout,
        '  option httpchk',
        '  http-check connect',
        `  http-check send meth GET uri ${check.path} ver HTTP/1.1 hdr Host localhost hdr Accept text/event-stream`,
        '  http-check expect rstring "event: ?endpoint"',
      ];
  }
}

/**
 * initialize, tools/list, DELETE: proves that something behind the port still answers MCP, and leaves no session behind.
 * Errors of the protocol are answers: a server that wants credentials (401), that knows only revision 2026-07-28
 * (-32022) or that has no tools (-32601) is well. One that fails inwardly, or whose upstream is gone, is not.
 */
function mcpChain(path: string): string[] {
  const session = 'hdr Mcp-Session-Id "%[var(check.sid)]" hdr MCP-Protocol-Version 2025-11-25';
  return [
    '  option httpchk',
    '  http-check connect',
    `  http-check send meth POST uri ${path} ver HTTP/1.1 ${headers} body ${initialize}`,
    '  http-check expect ! rstatus ^5',
    '  http-check set-var(check.sid) res.hdr(mcp-session-id)',
    '  http-check connect',
    `  http-check send meth POST uri ${path} ver HTTP/1.1 ${headers} ${session} body ${listTools}`,
    '  http-check expect ! rstatus ^5',
    '  http-check expect ! rstring "-32603|Connection closed|Not connected"',
    '  http-check connect',
    `  http-check send meth DELETE uri ${path} ver HTTP/1.1 hdr Host localhost ${session}`,
    '  http-check expect ! rstatus ^5',
  ];
}

/** A JSON body as HAProxy's configuration quotes it. */
function body(value: unknown): string {
  return `"${JSON.stringify(value).replaceAll('"', '\\"')}"`;
}
