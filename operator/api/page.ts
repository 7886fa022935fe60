import type { FastifyReply, FastifyRequest, FastifySchema } from 'fastify';
import type { Extension } from './app.ts';

/** A file of the page, as it goes over the wire. */
export interface PageFile {
  /** `index.html`, or a name that holds a hash of the content: such a file never changes. */
  readonly name: string;
  readonly type: string;
  readonly body: Buffer;
  readonly gzip: Buffer;
  /** Of the content; the same for both forms. */
  readonly hash: string;
}

const forEver = 'public, max-age=31536000, immutable';

/** Files of a page are no part of the API that OpenAPI describes. */
const unlisted = { schema: { hide: true } as FastifySchema };

/**
 * The dashboard: one page at `/` and its files at `/assets/NAME`. Everything comes from here, nothing is inline.
 * @param files asked for at the first request and kept; if they cannot be made, the next request tries again
 */
export function dashboardPage(files: () => Promise<readonly PageFile[]>): Extension {
  let kept: Promise<ReadonlyMap<string, PageFile>> | undefined;
  const fileNamed = async (name: string): Promise<PageFile | undefined> => {
    kept ??= files().then((all) => new Map(all.map((file) => [file.name, file])));
    try {
      return (await kept).get(name);
    } catch (error) {
      kept = undefined;
      throw error;
    }
  };
  return (app) => {
    app.get('/', unlisted, async (request, reply) => {
      const file = await fileNamed('index.html');
      return sendFile(request, reply, file, 'no-cache');
    });
    app.get<{ Params: { name: string } }>('/assets/:name', unlisted, async (request, reply) => {
      const { name } = request.params;
      return sendFile(request, reply, name === 'index.html' ? undefined : await fileNamed(name), forEver);
    });
  };
}

function sendFile(
  { headers }: FastifyRequest,
  reply: FastifyReply,
  file: PageFile | undefined,
  cacheControl: string,
): FastifyReply {
  if (!file) return reply.code(404).send({ error: 'there is no such file of the dashboard; load the page anew' });
  const packed = /\bgzip\b/.test(headers['accept-encoding'] ?? '');
  void reply
    .header('cache-control', cacheControl)
    .header('etag', `"${file.hash}${packed ? '-gzip' : ''}"`)
    .header('vary', 'accept-encoding');
  if (headers['if-none-match']?.includes(file.hash)) return reply.code(304).send();
  if (packed) void reply.header('content-encoding', 'gzip');
  return reply.type(file.type).send(packed ? file.gzip : file.body);
}
