import { post, postModern, type Answer } from '../bridge/wire.ts';
import { modernCall } from './modern-request.ts';

export interface ModernScenario {
  readonly title: string;
  /** What the revision asks of the server: the status and, of an error, its JSON-RPC code. */
  readonly expected: readonly [status: number, code?: number];
  ask(url: URL): Promise<Answer>;
}

const text = { name: 'echo', arguments: { text: 'over the path' } };
const foreign = 'naïve 名';
/** How a header carries what it could not (revision 2026-07-28, Streamable HTTP, "Value encoding"). */
const encoded = (value: string): string => `=?base64?${Buffer.from(value).toString('base64')}?=`;
const headerMismatch = -32020;
const unsupportedVersion = -32022;

/** The header rules of revision 2026-07-28, which the official suite has no scenarios for yet. */
export const modernScenarios: readonly ModernScenario[] = [
  { title: 'server/discover', expected: [200], ask: (url) => postModern(url, 'server/discover') },
  { title: 'tools/list', expected: [200], ask: (url) => postModern(url, 'tools/list') },
  { title: 'tools/call', expected: [200], ask: (url) => postModern(url, 'tools/call', text) },
  {
    title: 'tools/call with an encoded Mcp-Name',
    expected: [200],
    ask: (url) => postModern(url, 'tools/call', { name: foreign, arguments: {} }, { 'mcp-name': encoded(foreign) }),
  },
  {
    title: 'tools/call with progress, over a stream',
    expected: [200],
    ask: (url) =>
      postModern(url, 'tools/call', {
        name: 'test_tool_with_progress',
        arguments: {},
        _meta: { progressToken: 'token' },
      }),
  },
  {
    title: 'tools/call with half a megabyte',
    expected: [200],
    ask: (url) => postModern(url, 'tools/call', { name: 'echo', arguments: { text: 'x'.repeat(512 * 1024) } }),
  },
  {
    title: 'prompts/get',
    expected: [200],
    ask: (url) => postModern(url, 'prompts/get', { name: 'test_simple_prompt' }),
  },
  {
    title: 'resources/read',
    expected: [200],
    ask: (url) =>
      postModern(url, 'resources/read', { uri: 'test://static-text' }, { 'mcp-name': 'test://static-text' }),
  },
  {
    title: 'a session id, which this revision does not know',
    expected: [200],
    ask: (url) => postModern(url, 'tools/call', text, { 'mcp-session-id': 'nowhere-0.1234' }),
  },
  {
    title: 'Mcp-Method of another method',
    expected: [400, headerMismatch],
    ask: (url) => postModern(url, 'tools/list', {}, { 'mcp-method': 'prompts/list' }),
  },
  {
    title: 'Mcp-Name of another tool',
    expected: [400, headerMismatch],
    ask: (url) => postModern(url, 'tools/call', text, { 'mcp-name': 'wait' }),
  },
  {
    title: 'an encoded Mcp-Name of another tool',
    expected: [400, headerMismatch],
    ask: (url) => postModern(url, 'tools/call', text, { 'mcp-name': encoded(foreign) }),
  },
  {
    title: 'no Mcp-Method',
    expected: [400, headerMismatch],
    ask: (url) => postWithout(url, 'mcp-method'),
  },
  { title: 'no Mcp-Name', expected: [400, headerMismatch], ask: (url) => postWithout(url, 'mcp-name') },
  {
    title: 'no MCP-Protocol-Version',
    expected: [400, headerMismatch],
    ask: (url) => postWithout(url, 'mcp-protocol-version'),
  },
  {
    title: 'a version that the server does not speak',
    expected: [400, unsupportedVersion],
    ask: (url) => postModern(url, 'tools/list', {}, { 'mcp-protocol-version': '2031-01-01' }),
  },
  { title: 'an unknown method', expected: [404, -32601], ask: (url) => postModern(url, 'no/such') },
  { title: 'ping, which this revision has no more', expected: [404, -32601], ask: (url) => postModern(url, 'ping') },
  {
    title: 'a body that is no JSON',
    expected: [400, -32700],
    ask: (url) => post(url, '{', { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/list' }),
  },
];

/** A call of `echo` without one of its headers. */
function postWithout(url: URL, missing: string): Promise<Answer> {
  const { headers, body } = modernCall('echo', { text: 'x' }, { [missing]: undefined });
  return post(url, body, headers);
}
