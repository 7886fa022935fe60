import { networkInterfaces } from 'node:os';
import { expect } from 'chai';
import { addCommands } from '../../operator/api/commands.ts';
import { guardPort } from '../../operator/api/guard.ts';
import type { App } from '../../operator/api/app.ts';
import { Harness } from '../fakes/harness.ts';
import { service } from '../fakes/manifests.ts';
import { appOf } from '../support/shown.ts';

const token = 'a'.repeat(48);
const pause = '/api/v1/resources/MCPService/default/files/pause';

describe('the dashboard port', () => {
  let harness: Harness;
  let app: App;

  async function open(bindAddress: string, listed = ['mcp.example']): Promise<void> {
    app = appOf(harness.operator);
    guardPort(app, bindAddress, listed);
    addCommands(app, harness.operator.commands, token);
    await app.ready();
  }
  const statusFor = async (host: string): Promise<number> =>
    (await app.inject({ url: '/api/v1/services', headers: { host } })).statusCode;

  beforeEach(async () => {
    harness = await Harness.settled(service('files'));
    await open('127.0.0.1');
  });

  it('answers to names and addresses of this machine, and to those that are listed', async () => {
    // Those of containers come and go.
    const lasting = Object.entries(networkInterfaces()).filter(([name]) => !/^(veth|br-|docker)/.test(name));
    const addresses = lasting.flatMap(([, each]) => each ?? []);
    const own = addresses.map(({ address, family }) => (family === 'IPv6' ? `[${address}]` : address));
    for (const host of [
      'localhost',
      'LOCALHOST:11091',
      'a.localhost',
      '127.0.0.1:1',
      '127.9.9.9',
      'mcp.example:80',
      ...own,
    ])
      expect(await statusFor(host), host).to.equal(200);
  });

  it('answers to no other name: a page from elsewhere could have a browser ask for it', async () => {
    for (const host of [
      'evil.example',
      'evil.example:11091',
      '127.0.0.1.evil.example',
      'localhost.evil.example',
      '203.0.113.9',
      'a:b:c',
    ])
      expect(await statusFor(host), host).to.equal(403);
    const { body } = await app.inject({ url: '/nowhere', headers: { host: 'evil.example' } });
    expect(JSON.parse(body).error).to.include('MCPNET_API_HOSTS');
  });

  it('answers to any name where it is bound to more than loopback, and none is listed', async () => {
    await open('0.0.0.0', []);
    expect(await statusFor('mcp.internal:11091')).to.equal(200);
  });

  it('bound to more than loopback it answers to names that are listed and to any address', async () => {
    await open('0.0.0.0');
    for (const host of ['mcp.example:11091', 'localhost', '203.0.113.9:80', '[2001:db8::1]'])
      expect(await statusFor(host), host).to.equal(200);
    expect(await statusFor('evil.example')).to.equal(403);
  });

  it('lets pages load nothing from outside, and no page of others read what it says', async () => {
    for (const url of ['/health', '/api/v1/services', '/nowhere']) {
      const { headers } = await app.inject({ url, headers: { origin: 'http://evil.example' } });
      expect(headers['content-security-policy']).to.include("default-src 'self'");
      expect(headers).to.include({ 'x-content-type-options': 'nosniff', 'x-frame-options': 'DENY' });
      expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).to.deep.equal([]);
    }
  });

  it('changes nothing without the token, or with another', async () => {
    const given = [undefined, 'Bearer', `Bearer ${'b'.repeat(48)}`, `Bearer ${token}x`, `Basic ${token}`, token];
    for (const authorization of given) {
      const { statusCode, body, headers } = await app.inject({
        method: 'POST',
        url: pause,
        ...(authorization !== undefined && { headers: { authorization } }),
      });
      expect(statusCode, authorization).to.equal(401);
      expect(headers['www-authenticate']).to.equal('Bearer');
      expect(JSON.parse(body).error).to.include('dashboard-token');
    }
    expect(harness.operator.commands.history('MCPService/default/files').hold).to.equal(undefined);
  });

  it('obeys who knows the token', async () => {
    const authorization = `Bearer ${token}`;
    const { statusCode } = await app.inject({ method: 'POST', url: pause, headers: { authorization } });
    expect(statusCode).to.equal(200);
    expect(harness.operator.commands.history('MCPService/default/files').hold?.reason).to.equal('Paused');
  });
});
