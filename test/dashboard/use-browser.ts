import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { openChromium, type RealBrowser } from '../support/chromium.ts';

const artifacts = join(import.meta.dirname, '../../artifacts');

/** Pages of a real browser for the tests of one `describe`, and what went wrong in them. */
export class DashboardBrowser {
  readonly faults: string[] = [];
  readonly foreignRequests: string[] = [];
  readonly #pages: Page[] = [];
  #real: RealBrowser | undefined;

  async open(): Promise<void> {
    this.#real = await openChromium();
  }

  /** A page in a context of its own at `http://127.0.0.1:PORT/#/VIEW`. */
  async page(port: number, view = '', options: BrowserContextOptions = {}): Promise<Page> {
    if (!this.#real) throw new Error('the browser is not open');
    const context = await this.#real.browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
    const page = await context.newPage();
    this.#pages.push(page);
    const own = `http://127.0.0.1:${port}/`;
    page.on('pageerror', (error) => this.faults.push(error.message));
    page.on('console', (message) => {
      // What cannot be loaded is the page's to tell; what the browser forbids it is a defect.
      if (message.type() === 'error' && !message.text().startsWith('Failed to load')) this.faults.push(message.text());
    });
    page.on('request', (request) => {
      if (!request.url().startsWith(own)) this.foreignRequests.push(request.url());
    });
    await page.goto(`${own}#/${view}`);
    return page;
  }

  /** Closes all pages; of a failed test their pictures are kept. */
  async closePages(failed?: string): Promise<void> {
    const pages = this.#pages.splice(0);
    if (failed !== undefined) {
      const directory = join(
        artifacts,
        failed
          .toLowerCase()
          .replaceAll(/[^a-z0-9]+/g, '-')
          .slice(0, 100),
      );
      await mkdir(directory, { recursive: true });
      await Promise.allSettled(
        pages.map((page, index) => page.screenshot({ path: join(directory, `page-${index}.png`), fullPage: true })),
      );
    }
    await Promise.allSettled(pages.map((page) => page.context().close()));
  }

  async close(): Promise<void> {
    await this.#real?.close();
  }
}

/** A browser that is open before the first test of a `describe` and gone after the last. */
export function useBrowser(): DashboardBrowser {
  const browser = new DashboardBrowser();
  before('open a browser', async function () {
    // The first time it is fetched.
    this.timeout(600_000);
    await browser.open();
  });
  afterEach('close its pages', async function () {
    const { currentTest } = this;
    await browser.closePages(currentTest?.state === 'failed' ? currentTest.fullTitle() : undefined);
  });
  after('close the browser', async function () {
    this.timeout(30_000);
    await browser.close();
  });
  return browser;
}
