import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** This project's own version, from the nearest package.json above this file. */
export function packageVersion(): string {
  const manifest = JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8')) as { version: string };
  return manifest.version;
}

function packageRoot(directory: string = import.meta.dirname): string {
  try {
    readFileSync(join(directory, 'package.json'));
    return directory;
  } catch (cause) {
    const parent = dirname(directory);
    if (parent === directory) throw new Error('no package.json above the image recipes', { cause });
    return packageRoot(parent);
  }
}
