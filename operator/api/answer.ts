import type { FastifyReply } from 'fastify';
import { Refusal, type RefusalKind } from '../core/refusal.ts';
import { keyOf, type ResourceKey } from '../core/resource.ts';

/** A request about one resource. */
export interface Named {
  readonly Params: { readonly kind: string; readonly namespace: string; readonly name: string };
}

const statusOf: Readonly<Record<RefusalKind, number>> = { unknown: 404, conflict: 409, unfit: 422 };

/** Answers with what is there or was done, or says why not, and what to do. */
export async function answer(reply: FastifyReply, act: () => unknown): Promise<unknown> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return reply.code(statusOf[error.kind]).send({ error: error.message });
  }
}

export function keyIn({ kind, namespace, name }: Named['Params']): ResourceKey {
  return keyOf(kind, namespace, name);
}
