import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { tiny } from '../support/manifests.ts';
import { useTestNetwork } from '../support/use-test-network.ts';
import { useBrowser } from './use-browser.ts';

const axePath = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const patience = { timeout: 30_000 };
const views = ['topology', 'services', 'services/default/files', 'history', 'ports', 'events', 'plan', 'nowhere'];

describe('the dashboard for everybody', function () {
  this.timeout(120_000);
  const net = useTestNetwork();
  const browser = useBrowser();

  before('serve one service, and fail to serve another', async () => {
    await net.write('files.yaml', tiny('files', { replicas: 2 }));
    await net.write('broken.yaml', tiny('broken', { image: 'mcpnet-test/not-here:1' }));
    await net.start();
    await net.ready('files');
  });

  for (const colorScheme of ['light', 'dark'] as const)
    for (const view of views)
      it(`has nothing that axe finds serious: ${view}, ${colorScheme}`, async () => {
        const page = await browser.page(net.ports.dashboard, view, { colorScheme, bypassCSP: true });
        await settled(page);
        expect(await seriousFindings(page)).to.deep.equal([]);
      });

  it('has nothing that axe finds serious while the search and the details are open', async () => {
    const page = await browser.page(net.ports.dashboard, 'topology', { bypassCSP: true });
    await settled(page);
    await page.getByRole('link', { name: /^broken .* service/ }).click();
    await page.getByRole('complementary').waitFor(patience);
    expect(await seriousFindings(page)).to.deep.equal([]);
    await page.keyboard.press('/');
    await page.getByRole('dialog').waitFor(patience);
    expect(await seriousFindings(page)).to.deep.equal([]);
  });

  it('is used with the keyboard alone', async () => {
    const page = await browser.page(net.ports.dashboard);
    await settled(page);
    await page.keyboard.press('/');
    await page.keyboard.type('fil');
    await page.getByRole('option', { name: /^files/ }).waitFor(patience);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'files' }).waitFor(patience);
    // The new view has the focus, so the next Tab is inside it and not in the header again.
    expect(await page.evaluate('document.activeElement.id')).to.equal('main');
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.textContent')).to.equal('Services');
    await page.keyboard.press('Enter');
    const heading = page.getByRole('columnheader', { name: 'Replicas' });
    await heading.getByRole('button').focus();
    await page.keyboard.press('Enter');
    expect(await heading.getAttribute('aria-sort')).to.equal('descending');
    await page.keyboard.press('Enter');
    expect(await heading.getAttribute('aria-sort')).to.equal('ascending');
  });

  it('shows where the focus is, at everything that can have it', async () => {
    const page = await browser.page(net.ports.dashboard, 'services');
    await settled(page);
    const unseen: string[] = [];
    for (let step = 0; step < 40; step++) {
      await page.keyboard.press('Tab');
      const found = await page.evaluate<string | null>(focusUnseen);
      if (found !== null) unseen.push(found);
    }
    expect(unseen).to.deep.equal([]);
  });

  it('fits a screen of 375 pixels, with cards in the place of tables', async () => {
    for (const view of views) {
      const page = await browser.page(net.ports.dashboard, view, { viewport: { width: 375, height: 812 } });
      await settled(page);
      const width = await page.evaluate('document.documentElement.scrollWidth');
      expect(width, view).to.equal(375);
    }
    const page = await browser.page(net.ports.dashboard, 'services', { viewport: { width: 375, height: 812 } });
    await settled(page);
    expect(await page.evaluate("getComputedStyle(document.querySelector('tbody tr')).display")).to.equal('grid');
    const label = "getComputedStyle(document.querySelector('tbody td[data-title=URL]'), '::before').content";
    expect(await page.evaluate(label)).to.equal('"URL"');
  });

  it('keeps the theme that was chosen', async () => {
    const page = await browser.page(net.ports.dashboard, '', { colorScheme: 'light' });
    await settled(page);
    const background = (): Promise<string> =>
      page.evaluate('getComputedStyle(document.documentElement).backgroundColor');
    const light = await background();
    await page.getByRole('radio', { name: 'Dark' }).check({ force: true });
    expect(await background()).not.to.equal(light);
    await page.reload();
    await settled(page);
    expect(await background()).not.to.equal(light);
    expect(await page.getByRole('radio', { name: 'Dark' }).isChecked()).to.equal(true);
  });

  it('stands still where motion is not wanted', async () => {
    const page = await browser.page(net.ports.dashboard, '', { reducedMotion: 'reduce' });
    await settled(page);
    const moving = await page.evaluate('document.getAnimations().length');
    expect(moving).to.equal(0);
  });

  after('nothing went wrong in the pages', () => {
    expect(browser.faults).to.deep.equal([]);
  });
});

/** The element that has the focus, if nothing shows that it has. */
const focusUnseen = `(() => {
  const element = document.activeElement;
  if (!element || element === document.body) return null;
  const marked = [element, element.closest('label')].some((each) => each && getComputedStyle(each).outlineStyle !== 'none');
  return marked ? null : element.outerHTML.slice(0, 120);
})()`;

/** Everything has been read, and what a view asks for besides has been answered. */
async function settled(page: Page): Promise<void> {
  await page.locator('main[aria-busy=false]').waitFor(patience);
  await page.getByText(/^\s*Reading /).waitFor({ state: 'detached', ...patience });
}

async function seriousFindings(page: Page): Promise<readonly string[]> {
  await page.addScriptTag({ path: axePath });
  const { violations } = await page.evaluate<AxeResults>('axe.run()');
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(
      ({ id, nodes }) =>
        `${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary ?? ''}`).join(' | ')}`,
    );
}
