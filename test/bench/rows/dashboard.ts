import { setTimeout as delay } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';
import { pageFiles } from '../../../operator/page-files.ts';
import { openChromium } from '../../support/chromium.ts';
import { docker } from '../../support/docker.ts';
import { BenchNetwork } from '../network.ts';
import { BenchOperator } from '../operator.ts';
import type { RowResult } from '../report.ts';
import { median, percentile } from '../statistics.ts';

const services = 6;
/** Long enough for the operator to have come to rest after what was done to it. */
const settleMs = 1_500;

/**
 * The page's size, the time to its first paint in a browser that has nothing of it yet, and the time from a change of the
 * world to the frame in which it is seen: a container dies; a manifest is written.
 */
export async function dashboard(quick: boolean): Promise<RowResult> {
  const repeats = quick ? 5 : 30;
  const network = await BenchNetwork.open();
  for (let index = 0; index < services; index++) await network.write(network.service(index));
  const operator = await BenchOperator.start(network, services);
  const { browser, close } = await openChromium();
  const address = `http://127.0.0.1:${network.dashboardPort}/`;
  try {
    const bytes = (await pageFiles()).reduce((sum, { gzip }) => sum + gzip.length, 0);
    const opened = { firstPaint: [] as number[], complete: [] as number[] };
    for (let repeat = 0; repeat < repeats; repeat++) {
      const times = await openPage(browser, address);
      opened.firstPaint.push(times.firstPaint);
      opened.complete.push(times.complete);
    }
    const page = await browser.newPage();
    await page.goto(address);
    await page
      .locator('.service')
      .nth(services - 1)
      .waitFor();
    const seen = { death: [] as number[], birth: [] as number[] };
    for (let repeat = 0; repeat < repeats; repeat++) {
      await delay(settleMs);
      seen.death.push(await deathSeen(network, page));
      await delay(settleMs);
      seen.birth.push(await birthSeen(network, page));
    }
    return result(bytes, opened, seen);
  } finally {
    await close();
    await operator.stop();
    await network.close();
  }
}

/** Milliseconds since the navigation began (W3C Paint Timing), and until everything had been read and drawn. */
async function openPage(browser: Browser, address: string): Promise<{ firstPaint: number; complete: number }> {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(address);
  const complete = await seenAt(
    page,
    `document.querySelectorAll('.service').length === ${services}`,
    'performance.now()',
  );
  const firstPaint = await page.evaluate<number>("performance.getEntriesByName('first-contentful-paint')[0].startTime");
  await context.close();
  return { firstPaint, complete };
}

/** From the moment at which the engine says that the container was dead. */
async function deathSeen(network: BenchNetwork, page: Page): Promise<number> {
  const [id = ''] = await network.replicas();
  const isSeen = seenAt(page, "document.querySelector('.replica:not([data-phase=ready])') !== null");
  await docker.getContainer(id).kill();
  const seenMs = await isSeen;
  const { State: state } = await docker.getContainer(id).inspect();
  const deadMs = Date.parse(state.FinishedAt);
  await seenAt(page, `document.querySelectorAll('.replica[data-phase=ready]').length === ${services}`);
  return seenMs - deadMs;
}

/** From the moment at which the manifest of one more service is written; it is removed again. */
async function birthSeen(network: BenchNetwork, page: Page): Promise<number> {
  const another = network.service(services);
  const count = (wanted: number): Promise<number> =>
    seenAt(page, `document.querySelectorAll('.service').length === ${wanted}`);
  const isSeen = count(services + 1);
  const writtenMs = Date.now();
  await network.write(another);
  const seenMs = await isSeen;
  await seenAt(page, `document.querySelectorAll('.replica[data-phase=ready]').length === ${services + 1}`);
  await network.remove(another);
  await count(services);
  return seenMs - writtenMs;
}

/** When `condition` came to hold in the page, and a frame that shows it had been drawn. By the clock `now` of the page. */
function seenAt(page: Page, condition: string, now = 'Date.now()'): Promise<number> {
  return page.evaluate<number>(`new Promise((resolve) => {
    const look = () => {
      if (!(${condition})) return;
      observer.disconnect();
      requestAnimationFrame(() => setTimeout(() => resolve(${now})));
    };
    const observer = new MutationObserver(look);
    observer.observe(document, { subtree: true, childList: true, attributes: true });
    look();
  })`);
}

function result(
  bytes: number,
  opened: Record<'firstPaint' | 'complete', number[]>,
  seen: Record<'death' | 'birth', number[]>,
): RowResult {
  const kilobytes = bytes / 1024;
  const p99 = (samples: readonly number[]): number => percentile(samples, 0.99);
  const within = (ms: number, value: number): { text: string; isMet: boolean } => ({
    text: `<= ${ms} ms`,
    isMet: value <= ms,
  });
  return {
    findings: [
      {
        what: 'dashboard: all files, gzipped',
        unit: 'KB',
        ours: kilobytes,
        goal: { text: '<= 150 KB', isMet: kilobytes <= 150 },
      },
      {
        what: 'dashboard: first paint, nothing cached, p50',
        unit: 'ms',
        ours: median(opened.firstPaint),
        goal: within(1_000, median(opened.firstPaint)),
      },
      {
        what: 'dashboard: first paint, nothing cached, slowest',
        unit: 'ms',
        ours: Math.max(...opened.firstPaint),
        goal: within(1_000, Math.max(...opened.firstPaint)),
      },
      { what: 'dashboard: everything drawn, p50', unit: 'ms', ours: median(opened.complete) },
      { what: 'container dead -> seen, p50', unit: 'ms', ours: median(seen.death) },
      { what: 'container dead -> seen, p99', unit: 'ms', ours: p99(seen.death), goal: within(500, p99(seen.death)) },
      { what: 'manifest written -> seen, p50', unit: 'ms', ours: median(seen.birth) },
      { what: 'manifest written -> seen, p99', unit: 'ms', ours: p99(seen.birth), goal: within(500, p99(seen.birth)) },
    ],
    notes: [`${services} services, ${seen.death.length} times each; seen: a frame with it has been drawn in Chromium`],
    samples: { bytes, ...opened, ...seen },
  };
}
