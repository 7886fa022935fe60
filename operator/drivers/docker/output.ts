import type { Readable } from 'node:stream';
import type Docker from 'dockerode';
import { call } from './client.ts';
import { runningInRole } from './exec.ts';

/**
 * Calls back with everything that the container of a role of a key prints from now on, in pieces as they come.
 * Resolves when it stops, and at once if none runs; never rejects.
 */
export async function followOutput(
  docker: Docker,
  place: { readonly scope: string; readonly key: string; readonly role: string },
  printed: (text: string) => void,
  signal: AbortSignal,
): Promise<void> {
  try {
    const id = await runningInRole(docker, place.scope, place.key, place.role);
    if (id === undefined || signal.aborted) return;
    // With `follow` the engine answers with a stream, which the library's type leaves open.
    const stream = (await call(
      `follow ${id}`,
      docker.getContainer(id).logs({ follow: true, stdout: true, stderr: false, tail: 0 }),
    )) as unknown as Readable;
    const stop = (): void => void stream.destroy();
    signal.addEventListener('abort', stop, { once: true });
    await new Promise<void>((resolve) => {
      stream.on('data', (chunk: Buffer) => {
        printed(chunk.toString('utf8'));
      });
      stream.once('close', resolve).once('error', () => {
        resolve();
      });
    });
    signal.removeEventListener('abort', stop);
  } catch {
    // What cannot be followed is looked at from time to time.
  }
}
