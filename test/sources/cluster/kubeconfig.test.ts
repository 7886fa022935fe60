import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { findAccess } from '../../../operator/cluster/access.ts';
import { readKubeconfig } from '../../../operator/cluster/kubeconfig.ts';
import { TemporaryDirectory } from '../temporary.ts';

const encoded = (text: string): string => Buffer.from(text).toString('base64');

describe('a kubeconfig', () => {
  const directory = new TemporaryDirectory();
  beforeEach(() => directory.create());
  afterEach(() => directory.remove());

  const write = (name: string, content: unknown): Promise<string> => directory.write(name, JSON.stringify(content));
  const whole = (user: object, cluster: object = {}): object => ({
    clusters: [{ name: 'c', cluster: { server: 'https://one:6443/', ...cluster } }],
    users: [{ name: 'u', user }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u', namespace: 'team-a' } }],
    'current-context': 'x',
  });

  it('tells the server, the namespace and the credentials, those in the file and those beside it', async () => {
    await directory.write('ca.crt', 'CA');
    const file = await write(
      'config',
      whole({ 'client-certificate-data': encoded('CERT'), tokenFile: 'token' }, { 'certificate-authority': 'ca.crt' }),
    );
    expect(readKubeconfig([file])).to.deep.equal({
      server: 'https://one:6443',
      namespace: 'team-a',
      trustsAnybody: false,
      ca: 'CA',
      certificate: 'CERT',
      tokenFile: join(directory.path, 'token'),
    });
  });

  it('is made of several files, of which the first that names something counts', async () => {
    const first = await write('first', { users: [{ name: 'u', user: { token: 'first' } }], 'current-context': 'x' });
    const second = await write('second', whole({ token: 'second' }));
    expect(readKubeconfig([first, second])).to.include({ token: 'first', server: 'https://one:6443' });
  });

  it('says what is missing in it', async () => {
    const path = await write('config', { ...whole({}), users: [] });
    expect(() => readKubeconfig([path])).to.throw(`${path} names no user "u"`);
    expect(() => readKubeconfig([join(directory.path, 'none')])).to.throw(/kubeconfig .*none cannot be read: ENOENT/);
    const bare = await write('bare', {});
    expect(() => readKubeconfig([bare])).to.throw('has no current-context');
  });

  it('may name a program that fetches the token, which the client library runs', async () => {
    const script = join(directory.path, 'login');
    const credential = {
      apiVersion: 'client.authentication.k8s.io/v1',
      kind: 'ExecCredential',
      status: { token: 'fetched' },
    };
    await writeFile(script, `#!/bin/sh\necho '${JSON.stringify(credential)}'\n`, { mode: 0o755 });
    const exec = { apiVersion: credential.apiVersion, command: script, interactiveMode: 'Never' };
    const access = await findAccess({ kubeconfig: [await write('config', whole({ exec }))], homeKubeconfig: '' });
    expect((await access.credentials(false)).headers).to.deep.include({ Authorization: 'Bearer fetched' });
    expect((await access.credentials(false)).agent).to.equal((await access.credentials(false)).agent);
  });

  it('is not needed in a Pod, which has an account', async () => {
    await directory.write('token', 'secret\n');
    await directory.write('ca.crt', '');
    await directory.write('namespace', 'mcpnet-system\n');
    const place = { homeKubeconfig: join(directory.path, 'none'), service: { host: 'fd00::1', port: '443' } };
    const access = await findAccess(place, directory.path);
    expect(access).to.include({ server: 'https://[fd00::1]:443', namespace: 'mcpnet-system' });
    expect((await access.credentials(false)).headers).to.deep.equal({ authorization: 'Bearer secret' });
  });

  it('is asked for where there is none', async () => {
    const homeKubeconfig = join(directory.path, 'none');
    const failure = await findAccess({ homeKubeconfig }).catch((error: Error) => error.message);
    expect(failure).to.equal(
      `there is no cluster: KUBECONFIG is not set, ${homeKubeconfig} does not exist, and this is no Pod`,
    );
  });
});
