import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { PageFile } from './api/page.ts';

/** Where the published package keeps the page, beside its compiled files. Names: `NAME.gz`. */
const readyMade = join(import.meta.dirname, '../dashboard');

const types: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
};

/** The files of the dashboard: ready-made in the published package, bundled anew in a checkout. */
export async function pageFiles(): Promise<readonly PageFile[]> {
  if (!existsSync(readyMade)) {
    const { bundleDashboard } = await import('../deploy/dashboard/bundle.ts');
    return (await bundleDashboard()).map(({ name, gzip }) => pageFile(name, gzip));
  }
  const names = (await readdir(readyMade)).filter((name) => name.endsWith('.gz'));
  return Promise.all(names.map(async (name) => pageFile(name.slice(0, -3), await readFile(join(readyMade, name)))));
}

function pageFile(name: string, gzip: Buffer): PageFile {
  const body = gunzipSync(gzip);
  return {
    name,
    gzip,
    body,
    type: types[name.split('.').at(-1) ?? ''] ?? 'application/octet-stream',
    hash: createHash('sha256').update(body).digest('hex').slice(0, 16),
  };
}
