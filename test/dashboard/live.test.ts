import { expect } from 'chai';
import { tiny } from '../support/manifests.ts';
import { useTestNetwork } from '../support/use-test-network.ts';
import { useBrowser } from './use-browser.ts';

/** How long a locator may take to be as wanted; the world is slower than the page. */
const patience = { timeout: 30_000 };

describe('the dashboard beside a network that changes', function () {
  this.timeout(120_000);
  const net = useTestNetwork();
  const browser = useBrowser();

  before('serve two services', async () => {
    await net.write('files.yaml', tiny('files', { replicas: 2 }));
    await net.write('memory.yaml', tiny('memory'));
    await net.start();
    await net.ready('files', 'memory');
  });

  it('draws both networks, HAProxy, Consul, the services and their replicas', async () => {
    const page = await browser.page(net.ports.dashboard);
    const picture = page.getByRole('group', { name: 'Topology of the network default' });
    await picture.getByRole('link', { name: `frontend network ${net.frontend}` }).waitFor(patience);
    await picture.getByRole('link', { name: `internal network ${net.internal}` }).waitFor(patience);
    await picture.getByRole('link', { name: /^HAProxy balances/ }).waitFor(patience);
    await picture.getByRole('link', { name: /^Consul 3 of 3 registered/ }).waitFor(patience);
    await picture.getByRole('link', { name: /^files .* service, 2 of 2 replicas ready/ }).waitFor(patience);
    await picture.getByRole('link', { name: /^memory .* service, 1 of 1 replica ready/ }).waitFor(patience);
    expect(await picture.getByRole('link', { name: /replica of files$/ }).count()).to.equal(2);
    expect(await page.getByTestId('overall').textContent()).to.equal('2 services ready');
  });

  it('shows the details of what is chosen in the picture', async () => {
    const page = await browser.page(net.ports.dashboard);
    await page.getByRole('link', { name: /^files .* service/ }).click(patience);
    const details = page.getByRole('complementary', { name: 'Details of files' });
    await details.getByText('2 of 2', { exact: true }).waitFor(patience);
    await page.getByRole('link', { name: /^HAProxy/ }).click(patience);
    await page.getByRole('complementary', { name: 'Details of HAProxy' }).getByText('Well').waitFor(patience);
  });

  it('sees a killed container go and come back, without being asked', async () => {
    const page = await browser.page(net.ports.dashboard, 'services/default/memory');
    const instances = page.getByRole('table', { name: 'Instances' });
    await instances.getByText('takes new sessions').waitFor(patience);
    await (await net.container('memory')).kill();
    await page.getByRole('table', { name: 'Events' }).getByText('Replica stopped').first().waitFor(patience);
    await instances.getByText('Ready', { exact: true }).waitFor(patience);
    await page.getByText('1 of 1 replicas serve', { exact: true }).first().waitFor(patience);
  });

  it('shows a service that is deployed, and forgets one that is removed', async () => {
    const page = await browser.page(net.ports.dashboard, 'services');
    const rows = page.getByRole('table', { name: 'Services' }).locator('tbody tr');
    await rows.nth(1).waitFor(patience);
    await net.write('search.yaml', tiny('search'));
    await rows.filter({ hasText: 'search' }).getByText('Ready', { exact: true }).waitFor(patience);
    await rows
      .filter({ hasText: 'search' })
      .getByText(`127.0.0.1:${net.port(2)}/mcp`)
      .waitFor(patience);
    await net.remove('search.yaml');
    await rows.filter({ hasText: 'search' }).waitFor({ state: 'detached', ...patience });
    expect(await rows.count()).to.equal(2);
  });

  it('says in words why a service is not ready', async () => {
    const page = await browser.page(net.ports.dashboard, 'services/default/broken');
    await page.getByText('There is no service broken').waitFor(patience);
    await net.write('broken.yaml', tiny('broken', { image: 'mcpnet-test/not-here:1' }));
    await page.getByText('No replica serves').waitFor(patience);
    await page
      .getByText(/mcpnet-test\/not-here:1/)
      .first()
      .waitFor(patience);
    await page.getByTestId('overall').getByText('2 of 3 services ready').waitFor(patience);
    await net.remove('broken.yaml');
    await page.getByTestId('overall').getByText('2 services ready').waitFor(patience);
  });

  it('says that the connection is lost, keeps what it knew, and recovers by itself', async () => {
    const page = await browser.page(net.ports.dashboard, 'services');
    const rows = page.getByRole('table', { name: 'Services' }).locator('tbody tr');
    await page.getByTestId('connection').getByText('Live').waitFor(patience);
    await net.operator.end('SIGTERM');
    await page.getByTestId('connection').getByText('Connection lost').waitFor(patience);
    await page.getByText(/What you see is as of/).waitFor(patience);
    expect(await rows.count()).to.equal(2);
    expect(await page.locator('main').getAttribute('class')).to.equal('stale');
    await net.write('late.yaml', tiny('late'));
    await net.start();
    await page.getByTestId('connection').getByText('Live').waitFor(patience);
    await rows.filter({ hasText: 'late' }).waitFor(patience);
    expect(await page.locator('main').getAttribute('class')).to.equal('');
    await net.remove('late.yaml');
    await rows.filter({ hasText: 'late' }).waitFor({ state: 'detached', ...patience });
  });

  it('notices an operator that stands still without a word', async () => {
    const page = await browser.page(net.ports.dashboard);
    await page.getByTestId('connection').getByText('Live').waitFor(patience);
    net.operator.signal('SIGSTOP');
    try {
      await page.getByTestId('connection').getByText('Connection lost').waitFor(patience);
    } finally {
      net.operator.signal('SIGCONT');
    }
    await page.getByTestId('connection').getByText('Live').waitFor(patience);
  });

  after('nothing went wrong in the pages, and nothing was asked of another host', () => {
    expect(browser.faults).to.deep.equal([]);
    expect(browser.foreignRequests).to.deep.equal([]);
  });
});
