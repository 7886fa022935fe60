import type { ResourceKey } from '../core/resource.ts';
import { answer, keyIn, type Named } from './answer.ts';
import type { App } from './app.ts';
import { describe, oneOfAKind } from './route-schema.ts';
import { objectOf, text, whole, type Schema } from './schema-forms.ts';
import { requireToken } from './require-token.ts';

/** What can be asked for; the operator does it. Each resolves with what was done, in words, or throws a `Refusal`. */
export interface Commanded {
  rollBack(key: ResourceKey, to?: number): Promise<string>;
  drain(key: ResourceKey, instance: string): Promise<string>;
  pause(key: ResourceKey): Promise<string>;
  resume(key: ResourceKey): Promise<string>;
}

const resource = '/api/v1/resources/:kind/:namespace/:name';
const nothing = { type: 'object', additionalProperties: false } as const;
const aRevision = { ...nothing, properties: { to: { ...whole, minimum: 1 } } };
const anInstance = objectOf<{ instance: string }>({ instance: { ...text, minLength: 1 } });

/** A command, its body, and that it needs the token where there is one. */
function doing(summary: string, body: Schema): { schema: Schema } {
  const gives = objectOf<{ message: string }>({ message: { ...text, description: 'What was done.' } });
  const { schema } = describe({ summary, gives, params: oneOfAKind, body });
  return { schema: { ...schema, security: [{ token: [] }] } };
}

/**
 * Adds the requests that change something: `POST .../NAME/{rollback,drain,pause,resume}`.
 * @param token what a client must know; without one only where clients are known otherwise
 */
export function addCommands(app: App, commanded: Commanded, token?: string): void {
  void app.register(async (scope) => {
    if (token !== undefined) scope.addHook('onRequest', requireToken(token));
    scope.addHook('preValidation', async (request) => {
      request.body ??= {};
    });
    // What it is answered with is the app's to say.
    scope.setErrorHandler((error: Error & { validation?: unknown }) => {
      throw error.validation ? Object.assign(error, { statusCode: 422 }) : error;
    });
    scope.post<Named & { Body: { to?: number } }>(
      `${resource}/rollback`,
      doing('Puts an earlier revision in force.', aRevision),
      (request, reply) =>
        answer(reply, async () => ({ message: await commanded.rollBack(keyIn(request.params), request.body.to) })),
    );
    scope.post<Named & { Body: { instance: string } }>(
      `${resource}/drain`,
      doing('Has a replica replaced, once its sessions have ended.', anInstance),
      (request, reply) =>
        answer(reply, async () => ({ message: await commanded.drain(keyIn(request.params), request.body.instance) })),
    );
    scope.post<Named>(
      `${resource}/pause`,
      doing('Keeps the revision in force, whatever the manifest declares.', nothing),
      (request, reply) => answer(reply, async () => ({ message: await commanded.pause(keyIn(request.params)) })),
    );
    scope.post<Named>(`${resource}/resume`, doing('Lets the manifest decide again.', nothing), (request, reply) =>
      answer(reply, async () => ({ message: await commanded.resume(keyIn(request.params)) })),
    );
  });
}
