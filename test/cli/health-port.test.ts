import { expect } from 'chai';
import { HealthPort } from '../../operator/cli/health-port.ts';
import { freePorts } from '../support/free-ports.ts';

describe('the health port', () => {
  let health: HealthPort;
  let base: string;
  const told: boolean[] = [];
  const get = async (path: string): Promise<[number, string]> => {
    const answer = await fetch(base + path);
    return [answer.status, await answer.text()];
  };

  before(async () => {
    const port = await freePorts(1);
    base = `http://127.0.0.1:${port}`;
    health = await HealthPort.open({ host: '127.0.0.1', port }, (leads) => told.push(leads));
  });

  after(() => health.close());

  it('is ready while it stands by: a new Pod waits its turn', async () => {
    expect(await get('/readyz')).to.deep.equal([200, 'standing by\n']);
    expect((await get('/metrics'))[1]).to.contain('mcpnet_leading 0');
  });

  it('is not ready between the lead and the first look at the world, yet alive', async () => {
    health.begins(() => Promise.resolve('mcpnet_service_up 1\n'));
    expect(await get('/readyz')).to.deep.equal([503, 'starting\n']);
    expect((await get('/livez'))[0]).to.equal(200);
    expect(told).to.deep.equal([]);
  });

  it('is ready when it leads, says so, and tells what it counts', async () => {
    health.leads();
    expect(await get('/readyz')).to.deep.equal([200, 'leading\n']);
    expect((await get('/metrics?x'))[1]).to.match(/^mcpnet_service_up 1\n[^]*^mcpnet_leading 1$/m);
    expect(told).to.deep.equal([true]);
  });

  it('is not ready while it stops, and takes the word back', async () => {
    health.stops();
    expect(await get('/readyz')).to.deep.equal([503, 'stopping\n']);
    expect(told).to.deep.equal([true, false]);
    expect((await get('/'))[0]).to.equal(404);
  });
});
