import { expect } from 'chai';
import type { ServiceView } from '../../operator/api/shapes.ts';
import { useTestNetwork } from '../support/use-test-network.ts';
import { useBrowser } from './use-browser.ts';

const patience = { timeout: 30_000 };

/** What no test can provoke in a moment is put in the place of an answer; the rest of the operator is real. */
describe('the dashboard where there is nothing, too much, or an error', function () {
  this.timeout(120_000);
  const net = useTestNetwork();
  const browser = useBrowser();

  before('run a network without services', async () => {
    await net.start();
    await net.networkReady();
  });

  it('says what to do where there is no service', async () => {
    const page = await browser.page(net.ports.dashboard);
    await page.getByText('No service is in this network yet').waitFor(patience);
    await page.getByTestId('overall').getByText('No services').waitFor(patience);
    await page.getByRole('link', { name: 'Services' }).click();
    await page.getByText('There is no service yet').waitFor(patience);
    await page.getByRole('link', { name: 'Plan' }).click();
    await page.getByText('There is nothing to do').waitFor(patience);
  });

  it('says that it reads, what could not be read, and reads again when told', async () => {
    const page = await browser.page(net.ports.dashboard);
    let answer = (): void => {};
    const held = new Promise<void>((resolve) => (answer = resolve));
    await page.route('**/api/v1/plan', async (route) => {
      await held;
      await route.fulfill({ status: 500, json: { error: 'the plan is not to be had' } });
    });
    await page.getByRole('link', { name: 'Plan' }).click(patience);
    await page.getByText('Reading the plan').waitFor(patience);
    answer();
    await page.getByRole('alert').getByText('the plan is not to be had').waitFor(patience);
    await page.unroute('**/api/v1/plan');
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByText('There is nothing to do').waitFor(patience);
  });

  it('shows two thousand services, finds one of them, and draws those that need help', async () => {
    const page = await browser.page(net.ports.dashboard, 'nowhere');
    await page.route('**/api/v1/services', (route) => route.fulfill({ json: { items: many(2_000) } }));
    await page.reload();
    await page.getByRole('link', { name: 'Services' }).click(patience);
    await page.getByText('2000 services', { exact: true }).waitFor(patience);
    expect(await page.locator('tbody tr').count()).to.equal(200);
    await page.getByRole('button', { name: '200 of 2000 are shown. Show more' }).click();
    await page.locator('tbody tr').nth(999).waitFor(patience);
    await page.getByPlaceholder('Filter by name').fill('service-1999');
    await page.getByText('1 of 2000 services').waitFor(patience);
    expect(await page.getByRole('rowheader').allTextContents()).to.deep.equal(['service-1999']);
    await page.getByRole('link', { name: 'Topology' }).first().click();
    await page.getByText('60 of 2000 services are drawn').waitFor(patience);
    await page.getByRole('link', { name: /^service-1234 .*Not ready/ }).waitFor(patience);
  });

  it('says that it cannot reach the operator, if it never could', async () => {
    const page = await browser.page(net.ports.dashboard, 'nowhere');
    await page.route('**/api/v1/**', (route) => route.abort());
    await page.reload();
    await page.getByRole('alert').getByText('The operator cannot be reached').waitFor(patience);
    await page.unroute('**/api/v1/**');
    await page.getByRole('button', { name: 'Try now' }).click();
    await page.getByText('There is no such page').waitFor(patience);
  });
});

function many(count: number): readonly ServiceView[] {
  return Array.from({ length: count }, (_, index) => {
    const name = `service-${String(index).padStart(4, '0')}`;
    const isWell = index !== 1_234;
    return {
      key: `MCPService/default/${name}`,
      name,
      namespace: 'default',
      labels: {},
      network: 'default',
      transport: 'stdio',
      ready: isWell ? 'True' : 'False',
      reason: isWell ? 'Serving' : 'CrashLoop',
      message: isWell ? '1 of 1 replicas serve' : 'it ends right after each start',
      replicas: 1,
      readyReplicas: Number(isWell),
      revision: 1,
      generation: 1,
      since: '2026-11-23T10:00:00Z',
      conditions: [],
      instances: [],
    };
  });
}
