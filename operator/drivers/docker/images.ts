import type Docker from 'dockerode';
import { Fault } from '../../core/fault.ts';
import { likelyImage } from '../../core/image-name.ts';
import type { Logger } from '../../ports/logger.ts';
import { call, statusOf } from './client.ts';

const pullDeadlineMs = 15 * 60_000;

/** What a container takes from its image where the manifest says nothing. */
export interface ImageDefaults {
  readonly name: string;
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly user: string;
}

/**
 * The first of the candidates that is on the engine, else the first that can be pulled.
 * @throws Fault missing `ImageMissing`
 */
export async function resolveImage(
  docker: Docker,
  candidates: readonly string[],
  logger: Logger,
): Promise<ImageDefaults> {
  for (const name of candidates) {
    const found = await inspectImage(docker, name);
    if (found) return found;
  }
  const reasons: string[] = [];
  for (const name of candidates) {
    const failure = await pull(docker, name, logger);
    const found = failure === undefined ? await inspectImage(docker, name) : undefined;
    if (found) return found;
    reasons.push(failure ?? 'it vanished after the pull');
  }
  const names = candidates.map((name) => `"${name}"`).join(' or ');
  const meant = likelyImage(candidates[0] ?? '', await namesHere(docker));
  const remedy =
    meant === undefined ? 'build it with `mcpnet images`, or name another' : `did you mean "${meant}", which is here?`;
  throw new Fault(
    'missing',
    'ImageMissing',
    `image ${names} is not here and cannot be pulled (${reasons[0] ?? ''}); ${remedy}`,
  );
}

/** Nothing where the engine does not tell: a guess is no reason to fail otherwise. */
async function namesHere(docker: Docker): Promise<string[]> {
  const images = await call('list images', docker.listImages()).catch(() => []);
  return images.flatMap(({ RepoTags: tags }) => tags ?? []);
}

/** Id of the image that a name means; undefined if it means none. */
export async function imageIdOf(docker: Docker, name: string): Promise<string | undefined> {
  try {
    return (await call(`inspect image ${name}`, docker.getImage(name).inspect())).Id;
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw error;
  }
}

async function inspectImage(docker: Docker, name: string): Promise<ImageDefaults | undefined> {
  try {
    const { Config: config } = await call(`inspect image ${name}`, docker.getImage(name).inspect());
    const pairs = (config.Env ?? []).map(
      (pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)] as const,
    );
    return {
      name,
      entrypoint: asList(config.Entrypoint),
      command: asList(config.Cmd),
      env: Object.fromEntries(pairs),
      user: config.User,
    };
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw error;
  }
}

/** Returns why it failed, or undefined. */
async function pull(docker: Docker, name: string, logger: Logger): Promise<string | undefined> {
  const startedMs = Date.now();
  logger.info('pulling image', { image: name });
  try {
    // A name without a tag would pull every tag there is.
    const tagged = /[:@][^/]*$/.test(name) ? name : `${name}:latest`;
    const stream = await call(`pull ${name}`, docker.pull(tagged), 60_000);
    await call(
      `pull ${name}`,
      new Promise<void>((resolve, reject) => {
        docker.modem.followProgress(stream, (error: Error | null) => {
          if (error) reject(error);
          else resolve();
        });
      }),
      pullDeadlineMs,
    );
    logger.info('pulled image', { image: name, seconds: Math.round((Date.now() - startedMs) / 1000) });
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message.slice(0, 200) : String(error);
  }
}

function asList(value: string | string[] | null | undefined): string[] {
  return value === null || value === undefined ? [] : typeof value === 'string' ? [value] : value;
}
