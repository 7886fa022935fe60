import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser } from 'playwright-core';
import { debianClosure } from '../../deploy/images/debian.ts';

/** What it needs to draw letters is part of it: the same text has the same width on every machine. */
const packages = ['chromium', 'fonts-inter', 'fonts-dejavu-core'];

export interface RealBrowser {
  readonly browser: Browser;
  close(): Promise<void>;
}

/** Debian's Chromium, kept with what images are built from; half a gigabyte, fetched once. */
export async function openChromium(): Promise<RealBrowser> {
  const architecture = process.arch === 'arm64' ? 'arm64' : 'amd64';
  const { root } = await debianClosure({ suite: 'bookworm', packages }, architecture);
  const directory = await mkdtemp(join(tmpdir(), 'mcpnet-chromium-'));
  const fonts = join(directory, 'fonts.conf');
  await writeFile(fonts, fontConfiguration(root, directory));
  const triplet = process.arch === 'arm64' ? 'aarch64-linux-gnu' : 'x86_64-linux-gnu';
  const browser = await chromium.launch({
    executablePath: join(root, 'usr/lib/chromium/chromium'),
    args: ['--no-sandbox', '--disable-gpu', '--force-color-profile=srgb', '--font-render-hinting=none'],
    env: {
      ...(process.env as Record<string, string>),
      LD_LIBRARY_PATH: [`usr/lib/${triplet}`, 'usr/lib', `usr/lib/${triplet}/nss`, `usr/lib/${triplet}/pulseaudio`]
        .map((path) => join(root, path))
        .join(':'),
      FONTCONFIG_FILE: fonts,
    },
  });
  return {
    browser,
    async close() {
      await browser.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

function fontConfiguration(root: string, directory: string): string {
  const prefer = (family: string, first: string): string =>
    `<alias binding="strong"><family>${family}</family><prefer><family>${first}</family></prefer></alias>`;
  return `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>
<dir>${join(root, 'usr/share/fonts')}</dir><cachedir>${join(directory, 'cache')}</cachedir>
${prefer('system-ui', 'Inter')}${prefer('sans-serif', 'Inter')}${prefer('monospace', 'DejaVu Sans Mono')}
</fontconfig>`;
}
