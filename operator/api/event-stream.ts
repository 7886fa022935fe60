import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { Clock } from '../ports/clock.ts';
import type { App } from './app.ts';
import { NewsRoom } from './news-room.ts';
import type { Shown } from './shown.ts';

const keepAliveMs = 15_000;
/** A reader that leaves so much unread is not reading; it may come back and read the lists. */
const mostUnreadBytes = 1_048_576;

/** `GET /api/v1/events/stream`: what changes, as server-sent events (WHATWG HTML, "Server-sent events"). */
export function addEventStream(app: App, shown: Shown): void {
  const room = new NewsRoom(shown);
  app.addHook('onClose', () => {
    room.close();
  });
  app.get('/api/v1/events/stream', (request, reply) => {
    reply.hijack();
    const { raw } = reply;
    raw.writeHead(200, {
      // What hooks have set before; it is sent past the framework.
      ...(reply.getHeaders() as OutgoingHttpHeaders),
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      // Asks proxies on the way not to collect before they pass on.
      'x-accel-buffering': 'no',
    });
    const { version, startedAt } = shown;
    raw.write(`event: hello\ndata: ${JSON.stringify({ version, startedAt })}\n\n`);
    const leave = room.enter((text) => {
      write(raw, text);
    });
    const stop = keepAlive(raw, shown.clock);
    request.raw.socket.setNoDelay(true);
    raw.once('close', () => {
      stop();
      leave();
    });
  });
}

function write(raw: ServerResponse, text: string): void {
  if (raw.writableLength + text.length > mostUnreadBytes) raw.destroy();
  else raw.write(text);
}

function keepAlive(raw: ServerResponse, clock: Clock): () => void {
  let cancel = (): void => {};
  const later = (): void => {
    cancel = clock.after(keepAliveMs, () => {
      write(raw, ': still here\n\n');
      later();
    });
  };
  later();
  return () => {
    cancel();
  };
}
