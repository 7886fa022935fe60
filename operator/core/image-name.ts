import { nearest } from './nearest.ts';

/** An image's name in its parts (the distribution project's grammar of references, without digests). */
interface ImageName {
  /** `registry.example:5000/team`; empty for `alpine`. */
  readonly place: string;
  readonly name: string;
  readonly tag: string;
}

/** The image among those that are here that was most likely meant: another tag of the same, or a name that is almost it. */
export function likelyImage(typed: string, here: readonly string[]): string | undefined {
  const wanted = partsOf(typed);
  const near = here.map((full) => ({ full, ...partsOf(full) })).filter(({ place }) => place === wanted.place);
  const names = [...new Set(near.map(({ name }) => name))];
  const name = names.includes(wanted.name) ? wanted.name : nearest(wanted.name, names);
  const tagged = near.filter((each) => each.name === name);
  const tag = nearest(
    wanted.tag,
    tagged.map((each) => each.tag),
  );
  return (tagged.find((each) => each.tag === tag) ?? tagged[0])?.full;
}

function partsOf(full: string): ImageName {
  const [, place = '', name = '', tag = 'latest'] = /^(?:(.*)\/)?([^/:@]+)(?::([^/@]+))?/.exec(full) ?? [];
  return { place, name, tag };
}
