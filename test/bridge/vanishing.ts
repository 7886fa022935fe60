import { request, type ClientRequest, type IncomingMessage } from 'node:http';
import { initialize } from './wire.ts';

/** How a client goes without a word: in the middle of its `initialize`, with its stream open, or after it was initialized. */
export const waysToVanish = ['in initialize', 'with a stream', 'silently'] as const;
export type WayToVanish = (typeof waysToVanish)[number];

const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
const notice = { jsonrpc: '2.0', method: 'notifications/initialized' };

/**
 * A client that connects and vanishes; its sockets are destroyed, none is closed in order. Resolves with whether it had a
 * place: false when it was refused for want of one, true for one that left before it could know.
 * @param patienceMs how long the one that leaves in the middle waits before it does
 */
export async function vanish(url: URL, way: WayToVanish, patienceMs: number): Promise<boolean> {
  if (way === 'in initialize') return leaveWithin(url, patienceMs);
  const opening = await send(url, 'POST', {}, initialize());
  const id = opening.headers['mcp-session-id'];
  opening.destroy();
  if (typeof id !== 'string') return false;
  const session = { 'mcp-session-id': id };
  const noted = await send(url, 'POST', session, notice);
  noted.destroy();
  if (way === 'silently') return true;
  const stream = await send(url, 'GET', session);
  stream.socket.destroy();
  return true;
}

function leaveWithin(url: URL, patienceMs: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const call = open(url, 'POST', {});
    const timer = setTimeout(() => {
      call.destroy();
      resolve(true);
    }, patienceMs);
    call.once('response', (response: IncomingMessage) => {
      clearTimeout(timer);
      call.destroy();
      resolve(response.statusCode === 200);
    });
    call.once('error', (error) => {
      clearTimeout(timer);
      if (call.destroyed) resolve(true);
      else reject(error);
    });
    call.end(JSON.stringify(initialize()));
  });
}

/** Resolves with the answer's head; its body is nobody's business. */
function send(url: URL, method: string, session: Record<string, string>, body?: unknown): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const call = open(url, method, session);
    call.once('response', (response: IncomingMessage) => {
      // What comes after the head may break off, which is what is wanted.
      response.on('error', () => {});
      resolve(response);
    });
    call.once('error', reject);
    call.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

/** Over a connection of its own. */
function open(url: URL, method: string, session: Record<string, string>): ClientRequest {
  return request(url, { method, agent: false, headers: { ...headers, ...session } });
}
