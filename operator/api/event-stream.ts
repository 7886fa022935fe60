import type { Clock } from '../ports/clock.ts';
import type { App } from './app.ts';
import { NewsRoom } from './news-room.ts';
import { openStream, serverSentEvent, type OpenStream } from './open-stream.ts';
import { describe } from './route-schema.ts';
import { text } from './schema-forms.ts';
import type { Shown } from './shown.ts';

const keepAliveMs = 15_000;
/** A reader that leaves so much unread is not reading; it may come back and read the lists. */
const mostUnreadBytes = 1_048_576;

const described = describe({
  summary: 'What changes, from now on, as server-sent events; see docs/api.md.',
  gives: { content: { 'text/event-stream': { schema: text } } },
});

/** `GET /api/v1/events/stream`: what changes, as server-sent events. */
export function addEventStream(app: App, shown: Shown): void {
  const room = new NewsRoom(shown);
  app.addHook('onClose', () => {
    room.close();
  });
  app.get('/api/v1/events/stream', { ...described, exposeHeadRoute: false }, (_request, reply) => {
    const stream = openStream(reply, 'text/event-stream; charset=utf-8');
    const { version, startedAt } = shown;
    void stream.write(serverSentEvent('hello', { version, startedAt }));
    const leave = room.enter((text) => {
      tell(stream, text);
    });
    const stop = keepAlive(stream, shown.clock);
    stream.closed.addEventListener('abort', () => {
      stop();
      leave();
    });
  });
}

function tell(stream: OpenStream, text: string): void {
  if (stream.isLagging(mostUnreadBytes)) stream.cut();
  else void stream.write(text);
}

function keepAlive(stream: OpenStream, clock: Clock): () => void {
  let cancel = (): void => {};
  const later = (): void => {
    cancel = clock.after(keepAliveMs, () => {
      tell(stream, ': still here\n\n');
      later();
    });
  };
  later();
  return () => {
    cancel();
  };
}
