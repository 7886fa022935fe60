import type { IncomingMessage } from 'node:http';

export const maxBodyBytes = 4 * 1024 * 1024;
/** A client hears why it is refused only when it was let finish; beyond this it is cut off instead. */
const maxDiscardedBytes = 16 * maxBodyBytes;

/** The whole body as text; undefined when it is larger than the bound. Rejects when the client goes away. */
export async function readBody(request: IncomingMessage): Promise<string | undefined> {
  let chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= maxBodyBytes) chunks.push(chunk);
    else chunks = [];
    if (bytes > maxDiscardedBytes) break;
  }
  return bytes <= maxBodyBytes ? Buffer.concat(chunks, bytes).toString('utf8') : undefined;
}
