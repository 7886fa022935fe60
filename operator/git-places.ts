import type { GitFlags, SourcePlace } from './config.ts';
import { nameIn, parseAddress } from './sources/git/address.ts';
import { gitSourceId, type GitPlace } from './sources/git/git-place.ts';

const defaultIntervalMs = 60_000;

/**
 * The repositories that flags name. One may say of itself what is read of it: `URL#REF:PATH`, as Docker's builds have it.
 * @throws Error if an address is none, or a secret is for none of them
 */
export function gitPlaces(flags: GitFlags): (SourcePlace & { readonly kind: 'git' })[] {
  const given = (flags.git ?? []).map((text) => {
    const [url = '', rest = ''] = split(text, '#');
    const [ref = '', path = ''] = split(rest, ':');
    parseAddress(url);
    return { url, ref: ref || (flags.ref ?? 'main'), path: plainPath(path || (flags.path ?? '')) };
  });
  mustDiffer(given);
  const aliases = distinct(given);
  const secrets = secretsOf(flags.gitSecret ?? [], aliases);
  return given.map((place, index) => {
    const alias = aliases[index] ?? '';
    const secret = secrets.get(alias) ?? secrets.get('');
    return {
      kind: 'git',
      alias,
      ...place,
      ...(secret !== undefined && { secret }),
      intervalMs: flags.gitInterval ?? defaultIntervalMs,
      allowRewrite: flags.allowRewrite ?? false,
      verify: flags.gitVerify ?? false,
      ...(flags.gitStatus && { statuses: flags.gitStatus }),
    };
  });
}

/** Two refs of one path would take turns in saying what is in force. */
function mustDiffer(places: readonly Pick<GitPlace, 'url' | 'path'>[]): void {
  const ids = places.map(gitSourceId);
  const twice = places.find((place, index) => ids.indexOf(gitSourceId(place)) !== index);
  if (!twice) return;
  const what = twice.path === '' ? twice.url : `${twice.url}, ${twice.path}`;
  throw new Error(`${what} is named twice; name a repository's paths apart, as in URL#REF:PATH`);
}

/** Named after the repository; after its path as well where several are of one, and counted if even that is not enough. */
function distinct(places: readonly Pick<GitPlace, 'url' | 'path'>[]): string[] {
  const short = places.map(({ url }) => nameIn(url));
  const long = places.map(({ url, path }, index) => {
    const name = short[index] ?? '';
    const isAlone = short.filter((each) => each === name).length === 1;
    return isAlone || path === '' ? name : `${name}-${nameIn(path.replaceAll('/', '-') || url)}`;
  });
  return long.map((name, index) => {
    const before = long.slice(0, index).filter((each) => each === name).length;
    return before === 0 ? name : `${name}-${before + 1}`;
  });
}

/** `SECRET` for all of them, `NAME=SECRET` for one. */
function secretsOf(given: readonly string[], aliases: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    given.map((text) => {
      const [left, right] = split(text, '=');
      if (right === undefined) return ['', text] as const;
      if (left === undefined || !aliases.includes(left))
        throw new Error(`--git-secret ${text} is for no repository; there are: ${aliases.join(', ')}`);
      return [left, right] as const;
    }),
  );
}

function plainPath(path: string): string {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.includes('..')) throw new Error(`the path "${path}" leads out of the repository; write it from its root`);
  return parts.join('/');
}

function split(text: string, at: string): [string | undefined, string | undefined] {
  const index = text.indexOf(at);
  return index < 0 ? [text, undefined] : [text.slice(0, index), text.slice(index + 1)];
}
