import { createHash, timingSafeEqual } from 'node:crypto';
import type { onRequestAsyncHookHandler } from 'fastify';

/** Lets only those through who send `Authorization: Bearer TOKEN` (RFC 6750). */
export function requireToken(token: string): onRequestAsyncHookHandler {
  const wanted = digest(token);
  return async (request, reply) => {
    const [, given = ''] = /^Bearer +(\S+) *$/i.exec(request.headers.authorization ?? '') ?? [];
    if (timingSafeEqual(digest(given), wanted)) return;
    const error =
      'changes need the token: send "Authorization: Bearer" with what is in dashboard-token of the state directory';
    return reply.code(401).header('www-authenticate', 'Bearer').send({ error });
  };
}

/** Of equal length, whatever is given. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
