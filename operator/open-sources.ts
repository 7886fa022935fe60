import type { Config } from './config.ts';
import type { Source } from './ports/source.ts';
import { DirectorySource } from './sources/directory.ts';

/** The places that manifests come from by these settings. What a place needs is loaded only where it is used. */
export async function openSources(config: Config): Promise<readonly Source[]> {
  return Promise.all(config.sources.map(openSource));
}

async function openSource(place: Config['sources'][number]): Promise<Source> {
  return new DirectorySource(place.path);
}
