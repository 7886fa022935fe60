import { expect } from 'chai';
import { bundleDashboard } from '../../deploy/dashboard/bundle.ts';
import { createApp } from '../../operator/api/app.ts';
import { guardPort } from '../../operator/api/guard.ts';
import { dashboardPage, type PageFile } from '../../operator/api/page.ts';
import type { Shown } from '../../operator/api/shown.ts';
import { pageFiles } from '../../operator/page-files.ts';

/** None of these tests asks what the operator shows. */
const nothingShown = { subscribe: () => () => {} } as unknown as Shown;
const mostGzippedBytes = 150 * 1024;

describe('the files of the dashboard', () => {
  const app = createApp(nothingShown, [dashboardPage(pageFiles)]);
  guardPort(app, '127.0.0.1', []);
  const get = (url: string, headers: Record<string, string> = {}) => app.inject({ url, headers });
  const namesIn = (page: string): string[] =>
    [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, name = '']) => name);

  after(() => app.close());

  it('are all named by the page, and come from the same place', async () => {
    const page = await get('/');
    expect(page.statusCode).to.equal(200);
    const names = namesIn(page.body);
    expect(names).to.have.length(3);
    for (const name of names) {
      expect(name).to.match(/^\/assets\/\w+-[0-9a-f]{10}\.(js|css|svg)$/);
      const file = await get(name);
      expect(file.statusCode, name).to.equal(200);
      expect(file.headers['cache-control']).to.contain('immutable');
    }
  });

  it('forbid everything that is inline or from elsewhere', async () => {
    const page = await get('/');
    expect(page.headers['content-security-policy']).to.contain("default-src 'self'").and.not.to.contain('unsafe');
    expect(page.body).not.to.match(/<script(?![^>]*src=)|<style|style=|\son\w+=/);
  });

  it('go over the wire packed, and are not sent again to who has them', async () => {
    const [script = ''] = namesIn((await get('/')).body).filter((name) => name.endsWith('.js'));
    const packed = await get(script, { 'accept-encoding': 'gzip' });
    expect(packed.headers['content-encoding']).to.equal('gzip');
    expect(packed.rawPayload.length).to.be.lessThan((await get(script)).rawPayload.length);
    const again = await get(script, { 'if-none-match': String(packed.headers['etag']) });
    expect(again.statusCode).to.equal(304);
    expect(again.rawPayload.length).to.equal(0);
  });

  it('are at most 150 KB packed, and the same for the same sources', async () => {
    const [first, second] = [await bundleDashboard(), await bundleDashboard()];
    expect(first.reduce((sum, { gzip }) => sum + gzip.length, 0)).to.be.lessThan(mostGzippedBytes);
    expect(first).to.deep.equal(second);
  });

  it('answer a name of an older page by 404, and what to do', async () => {
    const gone = await get('/assets/app-0000000000.js');
    expect(gone.statusCode).to.equal(404);
    expect(gone.json()).to.have.property('error').that.contains('load the page anew');
  });

  it('are tried again at the next request if they could not be made', async () => {
    let tries = 0;
    const files = async (): Promise<readonly PageFile[]> => {
      if (++tries === 1) throw new Error('not now');
      return pageFiles();
    };
    const other = createApp(nothingShown, [dashboardPage(files)]);
    expect((await other.inject('/')).statusCode).to.equal(500);
    expect((await other.inject('/')).statusCode).to.equal(200);
    await other.close();
  });
});
