/**
 * Pictures of every view, light and dark, of a real network under a little load, into docs/screenshots/.
 * Usage: screenshots.ts [MINUTES]   how long the network is used before the pictures are taken; 3 when not given
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';
import { ensureImages } from '../../deploy/images/ensure.ts';
import { openChromium } from '../support/chromium.ts';
import { docker, removeScope } from '../support/docker.ts';
import { tiny } from '../support/manifests.ts';
import { TestNetwork } from '../support/test-network.ts';
import { Visitors, writeReferenceServices } from './reference-network.ts';

const directory = join(import.meta.dirname, '../../docs/screenshots');
const views: Readonly<Record<string, string>> = {
  topology: 'topology',
  services: 'services',
  service: 'services/default/files',
  history: 'history?service=MCPService%2Fdefault%2Ffiles',
  ports: 'ports',
  events: 'events',
  plan: 'plan',
};
const minutes = Number(process.argv[2] ?? 3);

const networks = { frontend: { name: 'mcpnet-pictures' }, internal: { name: 'mcpnet-pictures-internal' } };
const net = new TestNetwork({ servicePorts: 100, spec: { networks } });
await ensureImages(['default', 'test'], { docker });
const { browser, close } = await openChromium();
try {
  await net.open();
  const names = await writeReferenceServices(net);
  await net.start();
  await net.ready(...names);
  const visitors = await useIt();
  await mkdir(directory, { recursive: true });
  await shootAll(browser, { width: 1280, height: 800 }, ['light', 'dark'], '');
  await shootAll(browser, { width: 375, height: 812 }, ['light'], '-narrow');
  await visitors.end();
} finally {
  await net.close();
  await removeScope(net.scope, [networks.frontend.name, networks.internal.name]);
  await close();
}
process.exit(0);

/** Scales, changes and breaks a service while clients use it, so that there is something to be seen. */
async function useIt(): Promise<Visitors> {
  const files = (await net.status('files')).address?.url ?? '';
  const memory = (await net.status('memory')).address?.url ?? '';
  const visitors = new Visitors([
    { url: new URL(files), clients: 5, pauseMs: 60 },
    { url: new URL(memory), clients: 2, pauseMs: 400 },
  ]);
  const third = (minutes * 60_000) / 3;
  await delay(third);
  const changed = await net.cli('scale', 'files', '--replicas', '3');
  if (changed.code !== 0) throw new Error(changed.stderr);
  await delay(third);
  await (await net.container('files')).kill();
  await delay(third);
  await net.write('weather.yaml', tiny('weather', { port: net.port(0) }));
  await net.until('weather', ({ conditions }) => conditions.some(({ reason }) => reason === 'PortConflict'));
  return visitors;
}

async function shootAll(
  browser: Browser,
  viewport: { readonly width: number; readonly height: number },
  schemes: readonly ('light' | 'dark')[],
  suffix: string,
): Promise<void> {
  for (const colorScheme of schemes) {
    const page = await browser.newPage({ viewport, colorScheme, reducedMotion: 'reduce' });
    for (const [name, view] of Object.entries(views)) {
      await page.goto(`http://127.0.0.1:${net.ports.dashboard}/#/${view}`);
      await settled(page);
      const theme = suffix === '' ? `-${colorScheme}` : suffix;
      await page.screenshot({ path: join(directory, `${name}${theme}.png`) });
    }
    await page.close();
  }
}

/** Everything is read, and what is measured every second has come at least once. */
async function settled(page: Page): Promise<void> {
  await page.locator('main[aria-busy=false]').waitFor();
  await page.getByText(/^\s*Reading /).waitFor({ state: 'detached' });
  await page.waitForResponse((response) => response.url().endsWith('/health'), { timeout: 10_000 });
}
