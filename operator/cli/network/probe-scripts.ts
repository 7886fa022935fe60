/** A place that a probe tries to connect to. */
export interface Place {
  readonly host: string;
  readonly port: number;
}

/** What became of one attempt: `open`, or why not (`ECONNREFUSED`, `timeout`). */
export type Attempt = string;

/** Before what is printed. The engine's client would take an output that is all JSON for an answer of the engine. */
const mark = 'attempts: ';

/** Prints, as JSON, what becomes of a connection to each place. */
export function connectScript(places: readonly Place[]): string {
  return `
const { connect } = require('node:net');
const attempt = ({ host, port }) => new Promise((resolve) => {
  const socket = connect({ host, port });
  socket.setTimeout(1000, () => { socket.destroy(); resolve('timeout'); });
  socket.once('connect', () => { socket.destroy(); resolve('open'); });
  socket.once('error', (error) => resolve(error.code ?? String(error)));
});
Promise.all(${JSON.stringify(places)}.map(attempt)).then((all) => console.log('${mark}' + JSON.stringify(all)));`;
}

/** An endpoint of MCP that a probe opens a session at. */
export interface ProbedEndpoint {
  readonly url: string;
  readonly transport: 'http' | 'sse';
}

/** Prints, as JSON, `open` for each endpoint that a client can begin a session at, else the answer. */
export function initializeScript(endpoints: readonly ProbedEndpoint[]): string {
  return `
const info = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'mcpnet-validate', version: '1' } };
const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params: info });
const accept = 'application/json, text/event-stream';
const attempt = async ({ url, transport }) => {
  const signal = AbortSignal.timeout(10000);
  if (transport === 'sse') {
    const stream = await fetch(url, { headers: { accept: 'text/event-stream' }, signal });
    await stream.body?.cancel();
    return stream.status === 200 ? 'open' : String(stream.status);
  }
  const headers = { 'content-type': 'application/json', accept };
  const answer = await fetch(url, { method: 'POST', headers, body, signal });
  const text = await answer.text();
  const session = answer.headers.get('mcp-session-id');
  if (session) await fetch(url, { method: 'DELETE', headers: { ...headers, 'mcp-session-id': session }, signal });
  return answer.status === 200 && text.includes('"result"') ? 'open' : answer.status + ' ' + text.slice(0, 200);
};
const all = ${JSON.stringify(endpoints)}.map((each) => attempt(each).catch((error) => String(error.cause ?? error)));
Promise.all(all).then((answers) => console.log('${mark}' + JSON.stringify(answers)));`;
}

/** Accepts connections at a port, for others to try. */
export function listenScript(port: number): string {
  return `require('node:net').createServer((socket) => socket.destroy()).listen(${port}, '0.0.0.0');`;
}

/** @throws if the probe printed something else: its own error */
export function readAttempts(output: string): readonly Attempt[] {
  const line = output.split('\n').find((each) => each.startsWith(mark)) ?? '';
  try {
    return JSON.parse(line.slice(mark.length)) as Attempt[];
  } catch (cause) {
    throw new Error(`a probe failed: ${output.slice(0, 500)}`, { cause });
  }
}
