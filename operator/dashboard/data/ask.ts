import type { ErrorView } from '../../api/shapes.ts';

const patienceMs = 10_000;

/**
 * What the operator answers to a GET. Rejects with a message for people.
 * @param accept statuses besides 2xx whose answer counts: `/health` answers 503 with the reasons
 */
export async function ask<Shape>(path: string, accept: readonly number[] = [], timeoutMs = patienceMs): Promise<Shape> {
  const response = await fetch(path, {
    headers: { accept: 'application/json' },
    signal: AbortSignal.timeout(timeoutMs),
  }).catch((cause: unknown) => {
    const why = cause instanceof Error && cause.name === 'TimeoutError' ? 'gives no answer' : 'cannot be reached';
    throw new Error(`The operator ${why}. See whether mcpnet still runs on its machine.`, { cause });
  });
  if (!response.ok && !accept.includes(response.status))
    throw new Error(`The operator refuses ${path} (${response.status}): ${await reasonIn(response)}`);
  return (await response.json()) as Shape;
}

async function reasonIn(response: Response): Promise<string> {
  const text = await response.text();
  try {
    return (JSON.parse(text) as ErrorView).error;
  } catch {
    return text.slice(0, 200) || response.statusText;
  }
}
