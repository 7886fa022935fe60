/** A server of constants for the floor: `floor-server.ts PORT`. It knows no sessions and reads nothing of what it gets. */
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';

const [port = ''] = process.argv.slice(2);
const result = {
  protocolVersion: '2025-11-25',
  capabilities: { tools: {} },
  serverInfo: { name: 'floor', version: '1' },
};

createServer({ noDelay: true }, (request, response) => {
  if (request.method === 'GET') {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
    return;
  }
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    if (request.method === 'DELETE') return response.writeHead(200).end();
    const { id } = JSON.parse(Buffer.concat(chunks).toString('utf8')) as { id?: number };
    if (id === undefined) return response.writeHead(202).end();
    const headers = { 'content-type': 'application/json', 'mcp-session-id': randomUUID() };
    return response.writeHead(200, headers).end(JSON.stringify({ jsonrpc: '2.0', id, result }));
  });
}).listen(Number(port), '127.0.0.1');
process.once('SIGTERM', () => process.exit(0));
