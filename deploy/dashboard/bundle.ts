import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const folder = join(import.meta.dirname, '../../operator/dashboard');

export interface BundledFile {
  readonly name: string;
  readonly gzip: Buffer;
}

/** The dashboard as four files; all but `index.html` are named by their content. The same sources give the same bytes. */
export async function bundleDashboard(): Promise<readonly BundledFile[]> {
  const { outputFiles } = await build({
    entryPoints: { app: join(folder, 'main.tsx'), style: join(folder, 'style/index.css') },
    outdir: 'out',
    write: false,
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    legalComments: 'none',
    logLevel: 'error',
    define: { 'process.env.NODE_ENV': '"production"' },
    tsconfigRaw: {},
  });
  const output = (name: string): string => outputFiles.find(({ path }) => path.endsWith(name))?.text ?? '';
  const files = [
    hashed('app.js', output('app.js')),
    hashed('app.css', output('style.css')),
    hashed('icon.svg', await readFile(join(folder, 'icon.svg'), 'utf8')),
  ];
  const page = files.reduce(
    (html, { original, name }) => html.replace(`/assets/${original}`, `/assets/${name}`),
    await readFile(join(folder, 'index.html'), 'utf8'),
  );
  return [{ name: 'index.html', text: page }, ...files].map(({ name, text }) => ({
    name,
    gzip: gzipSync(text, { level: 9 }),
  }));
}

/** Puts what {@link bundleDashboard} makes where the published package looks for it. */
export async function writeDashboard(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true });
  for (const { name, gzip } of await bundleDashboard()) await writeFile(join(directory, `${name}.gz`), gzip);
}

function hashed(original: string, text: string): { original: string; name: string; text: string } {
  const [stem = '', extension = ''] = original.split('.');
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 10);
  return { original, name: `${stem}-${hash}.${extension}`, text };
}
