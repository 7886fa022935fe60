import { once } from 'node:events';
import type { OutgoingHttpHeaders } from 'node:http';
import type { FastifyReply } from 'fastify';

/** An answer that goes on until it is closed, by either side. */
export interface OpenStream {
  /** Resolves when more can be taken; what the reader does not read is waited for. */
  write(text: string): Promise<void>;
  /** Whether so much is unread that the reader cannot be reading. */
  isLagging(mostBytes: number): boolean;
  /** There is no more to come: the reader gets what was written, and the end. */
  end(): void;
  /** Has the reader go, who may not have got everything. */
  cut(): void;
  /** Aborts when the connection is closed. */
  readonly closed: AbortSignal;
}

/** Aborts when the connection is closed, also where it is already: then nobody tells it any more. */
export function closedSignal({ raw }: FastifyReply): AbortSignal {
  const closed = new AbortController();
  const close = (): void => {
    closed.abort(new Error('the reader has gone'));
  };
  if (raw.closed) close();
  else raw.once('close', close);
  return closed.signal;
}

/** Answers with headers at once, past the framework, and with what is written from then on. */
export function openStream(reply: FastifyReply, contentType: string): OpenStream {
  reply.hijack();
  const { raw } = reply;
  const closed = closedSignal(reply);
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
    closed,
    isLagging: (mostBytes) => raw.writableLength > mostBytes,
    async write(text) {
      if (closed.aborted || raw.write(text)) return;
      await once(raw, 'drain', { signal: closed }).catch(() => undefined);
    },
    end: () => void raw.end(),
    cut: () => void raw.destroy(),
  };
}

/** One server-sent event (WHATWG HTML, "Server-sent events"). */
export function serverSentEvent(name: string, data: unknown): string {
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}
