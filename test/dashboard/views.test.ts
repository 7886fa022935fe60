import { createServer } from 'node:net';
import { expect } from 'chai';
import { Traffic } from '../support/traffic.ts';
import { tiny } from '../support/manifests.ts';
import { useTestNetwork } from '../support/use-test-network.ts';
import { useBrowser } from './use-browser.ts';

const patience = { timeout: 30_000 };

describe('the views of the dashboard, with real services behind them', function () {
  this.timeout(120_000);
  const net = useTestNetwork();
  const browser = useBrowser();

  before('serve three services', async () => {
    await net.write('files.yaml', tiny('files', { replicas: 2 }, { labels: { team: 'platform' } }));
    await net.write('memory.yaml', tiny('memory'));
    await net.write('search.yaml', tiny('search'));
    await net.start();
    await net.ready('files', 'memory', 'search');
  });

  it('services: every column is there, and what clients do is in them', async () => {
    const traffic = new Traffic(net.url(0), { sessions: 2, raw: 0, callsPerSession: 500 });
    const page = await browser.page(net.ports.dashboard, 'services');
    const table = page.getByRole('table', { name: 'Services' });
    await table.waitFor(patience);
    const titles = (await table.getByRole('columnheader').allTextContents()).map((title) => title.replace(/[↑↓]/, ''));
    expect(titles.join()).to.equal(
      'Name,Ready,Replicas,Protocol,Rev,URL,Sessions,Req/s,p50 ms,p95 ms,p99 ms,Err/s,Last change',
    );
    const row = table.getByRole('row').filter({ hasText: 'files' });
    await row.getByText('2/2').waitFor(patience);
    for (const title of ['Req/s', 'p50 ms', 'p95 ms', 'p99 ms'])
      await row.locator(`[data-title="${title}"]`).filter({ hasText: /[1-9]/ }).waitFor(patience);
    await row
      .locator('[data-title=Sessions]')
      .filter({ hasText: /^[1-9]/ })
      .waitFor(patience);
    const drawn = await browser.page(net.ports.dashboard);
    await drawn
      .locator('.edge-label')
      .getByText(/[1-9].* req\/s/)
      .waitFor(patience);
    await traffic.end();
    expect(traffic.failures).to.deep.equal([]);
  });

  it('services: filtered by a label, sorted by a column, and a URL copied', async () => {
    const page = await browser.page(net.ports.dashboard, 'services', {
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    const names = page.getByRole('rowheader');
    await names.nth(2).waitFor(patience);
    await page.getByPlaceholder('Filter by name').fill('team=platform');
    await names.nth(1).waitFor({ state: 'detached', ...patience });
    expect(await names.allTextContents()).to.deep.equal(['files']);
    await page.getByRole('button', { name: 'Copy the URL of files' }).click();
    await page.getByRole('status').getByText('Copied').waitFor(patience);
    expect(await page.evaluate('navigator.clipboard.readText()')).to.equal(net.url(0).href);
    await page.getByPlaceholder('Filter by name').fill('nothing like that');
    await page.getByText('No service is like that').waitFor(patience);
    await page.getByPlaceholder('Filter by name').fill('');
    await page.getByRole('button', { name: 'Name' }).click();
    expect(await names.allTextContents()).to.deep.equal(['search', 'memory', 'files']);
  });

  it('a service: conditions in words, instances, and its log as it is printed', async () => {
    const page = await browser.page(net.ports.dashboard, 'services/default/memory');
    await page.getByText('All replicas serve').waitFor(patience);
    await page.getByText('The manifest is valid', { exact: true }).waitFor(patience);
    await page.getByRole('table', { name: 'Instances' }).getByText('registered').waitFor(patience);
    const log = page.getByRole('log');
    await page.getByRole('status').getByText('Live', { exact: true }).waitFor(patience);
    const container = await net.container('memory');
    const said = `said at ${Date.now()}`;
    const exec = await container.exec({ Cmd: ['sh', '-c', `echo ${said} > /proc/1/fd/1`] });
    await exec.start({});
    await log.getByText(said).waitFor(patience);
    await page.getByPlaceholder('Only lines with').fill('no line has this');
    await log.getByText(said).waitFor({ state: 'detached', ...patience });
  });

  it('history: what was measured, as pictures, sentences and tables, with what happened marked', async () => {
    await (await net.container('memory')).kill();
    const traffic = new Traffic(net.url(1), { sessions: 1, raw: 0, callsPerSession: 500 });
    const page = await browser.page(net.ports.dashboard, 'history?service=MCPService%2Fdefault%2Fmemory');
    const overview = page.getByRole('table', { name: 'Services over the range' });
    const row = overview.getByRole('row').filter({ hasText: 'memory' });
    await row.getByRole('img', { name: /^From .* to .*: (not )?ready/ }).waitFor(patience);
    await row
      .locator('[data-title=Faults]')
      .filter({ hasText: /^[1-9]/ })
      .waitFor(patience);
    await page.getByRole('img', { name: /^Latency: p50 .*; p95 .*; p99 / }).waitFor(patience);
    await page.getByRole('img', { name: /^Requests: requests .*last [1-9]/ }).waitFor(patience);
    await traffic.end();
    for (const title of ['Health', 'Replicas', 'Sessions', 'Errors']) {
      const chart = page.getByRole('figure', { name: title });
      await chart.getByText('As a table').click();
      await chart.getByRole('table').getByRole('rowheader').first().waitFor(patience);
    }
    await page.getByText(/^\d+ marked in the charts/).click();
    await page
      .getByRole('table', { name: 'What is marked in the charts' })
      .getByText('Fault', { exact: true })
      .first()
      .waitFor(patience);
    const asked = page.waitForRequest(/history\?range=7d/);
    await page.getByText('7 days').click();
    await asked;
    // A week is kept in long steps, of which the first may not be over yet.
    const yet = page.getByText('Nothing has been measured yet').first();
    await page.getByRole('figure', { name: 'Health' }).or(yet).waitFor(patience);
    const own = await browser.page(net.ports.dashboard, 'services/default/memory');
    await own.getByRole('img', { name: /^Replicas: / }).waitFor(patience);
  });

  it('ports: who holds which, and who listens there without holding it', async () => {
    const stranger = createServer().listen(net.port(15), '127.0.0.1');
    try {
      const page = await browser.page(net.ports.dashboard, 'ports');
      const row = (port: number) =>
        page.getByRole('row').filter({ has: page.getByText(String(port), { exact: true }) });
      await row(net.port(0)).getByRole('link', { name: 'files' }).waitFor(patience);
      await row(net.port(0)).getByText('Listening', { exact: true }).waitFor(patience);
      await row(net.ports.dashboard).getByText('This page and its API').waitFor(patience);
      await row(net.port(15)).getByText('Foreign listener').waitFor(patience);
      await page.getByText(/16 of 20 are free/).waitFor(patience);
    } finally {
      stranger.close();
    }
  });

  it('events: as they happen, of one kind or all', async () => {
    const page = await browser.page(net.ports.dashboard, 'events');
    const table = page.getByRole('table', { name: 'Events' });
    await table.getByText('2 of 2 replicas serve').first().waitFor(patience);
    await page.getByLabel('Only warnings').check();
    await (await net.container('search')).kill();
    const row = table.getByRole('row').filter({ hasText: 'search' }).filter({ hasText: 'Replica stopped' });
    await row.first().waitFor(patience);
    await row.first().getByText('Warning').waitFor(patience);
    await net.ready('search');
  });

  it('plan: nothing to do, or what waits and why', async () => {
    const page = await browser.page(net.ports.dashboard, 'plan');
    await page.getByText('There is nothing to do').waitFor(patience);
    await net.write('broken.yaml', tiny('broken', { image: 'mcpnet-test/not-here:1' }));
    const steps = page.getByRole('table', { name: 'Steps of the next passes' });
    await steps
      .getByText(/"mcpnet-test\/not-here:1" is not here/)
      .first()
      .waitFor(patience);
    await net.write('broken.yaml', tiny('broken', { port: net.port(0) }));
    await page.getByText('There is no step that would help').waitFor(patience);
    await net.remove('broken.yaml');
    await page.getByText('There is nothing to do').waitFor(patience);
  });

  after('nothing went wrong in the pages, and nothing was asked of another host', () => {
    expect(browser.faults).to.deep.equal([]);
    expect(browser.foreignRequests).to.deep.equal([]);
  });
});
