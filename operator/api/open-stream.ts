import { once } from 'node:events';
import type { OutgoingHttpHeaders } from 'node:http';
import type { FastifyReply } from 'fastify';

/** An answer that goes on until it is closed, by either side. */
export interface OpenStream {
  /** Resolves when more can be taken; what the reader does not read is waited for. */
  write(text: string): Promise<void>;
  /** Whether so much is unread that the reader cannot be reading. */
  isLagging(mostBytes: number): boolean;
  end(): void;
  /** Aborts when the connection is closed. */
  readonly closed: AbortSignal;
}

/** Answers with headers at once, past the framework, and with what is written from then on. */
export function openStream(reply: FastifyReply, contentType: string): OpenStream {
  reply.hijack();
  const { raw } = reply;
  const closed = new AbortController();
  raw.once('close', () => {
    closed.abort(new Error('the reader has gone'));
  });
  raw.on('error', () => undefined);
  raw.writeHead(200, {
    // What hooks have set before.
    ...(reply.getHeaders() as OutgoingHttpHeaders),
    'content-type': contentType,
    'cache-control': 'no-store',
    // Asks proxies on the way not to collect before they pass on.
    'x-accel-buffering': 'no',
  });
  raw.flushHeaders();
  reply.request.raw.socket.setNoDelay(true);
  return {
    closed: closed.signal,
    isLagging: (mostBytes) => raw.writableLength > mostBytes,
    async write(text) {
      if (closed.signal.aborted || raw.write(text)) return;
      await once(raw, 'drain', { signal: closed.signal }).catch(() => undefined);
    },
    end: () => void raw.destroy(),
  };
}

/** One server-sent event (WHATWG HTML, "Server-sent events"). */
export function serverSentEvent(name: string, data: unknown): string {
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}
