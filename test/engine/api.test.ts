import { expect } from 'chai';
import type { App } from '../../operator/api/app.ts';
import { addCommands } from '../../operator/api/commands.ts';
import type { History } from '../../operator/core/history.ts';
import { Harness } from '../fakes/harness.ts';
import { service } from '../fakes/manifests.ts';
import { appOf } from '../support/shown.ts';

const path = '/api/v1/resources/MCPService/default/files';

async function appWith({ operator }: Harness, withCommands = true): Promise<App> {
  const app = appOf(operator);
  if (withCommands) addCommands(app, operator.commands);
  await app.ready();
  return app;
}

describe('the API', () => {
  let harness: Harness;
  let app: App;
  const post = async (verb: string, body?: object): Promise<{ status: number; text: string }> => {
    const { statusCode, body: text } = await app.inject({
      method: 'POST',
      url: `${path}/${verb}`,
      ...(body && { payload: body }),
    });
    return { status: statusCode, text };
  };

  beforeEach(async () => {
    harness = await Harness.settled(service('files', { rollout: { drainTimeout: '1s' } }));
    harness.source.set(service('files', { image: 'tiny:2', rollout: { drainTimeout: '1s' } }));
    await harness.pass(30_000);
    app = await appWith(harness);
  });

  it('tells the history of a service', async () => {
    const { statusCode, body } = await app.inject(`${path}/history`);
    expect(statusCode).to.equal(200);
    expect((JSON.parse(body) as History).revisions.map(({ number }) => number)).to.deep.equal([1, 2]);
    expect((await app.inject('/api/v1/resources/MCPService/default/other/history')).statusCode).to.equal(404);
  });

  it('carries out commands, with and without a body', async () => {
    expect(await post('rollback', { to: 1 })).to.include({ status: 200 });
    expect(await post('resume')).to.include({ status: 200 });
    expect(await post('pause')).to.include({ status: 200 });
    expect(await post('rollback')).to.include({ status: 200 });
    expect(await post('drain', { instance: '1' })).to.include({ status: 200 });
    expect(harness.operator.commands.history('MCPService/default/files').hold?.reason).to.equal('Paused');
  });

  it('answers 404, 409 and 422 with what to do', async () => {
    expect(await post('rollback', { to: 9 })).to.deep.equal({
      status: 404,
      text: '{"error":"there is no revision 9 of files; there are: 1, 2"}',
    });
    expect(await post('resume')).to.include({ status: 409 });
    expect(await post('rollback', { to: 'one' })).to.deep.equal({
      status: 422,
      text: '{"error":"body/to must be integer"}',
    });
    expect(await post('drain')).to.include({ status: 422 });
    const network = await app.inject({ method: 'POST', url: '/api/v1/resources/MCPNetwork/default/default/pause' });
    expect(network.statusCode).to.equal(422);
  });

  it('changes nothing where commands are not offered', async () => {
    app = await appWith(harness, false);
    for (const verb of ['rollback', 'drain', 'pause', 'resume']) expect(await post(verb)).to.include({ status: 404 });
    expect(harness.operator.commands.history('MCPService/default/files').hold).to.equal(undefined);
  });
});
