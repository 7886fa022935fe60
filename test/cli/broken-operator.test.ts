import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { ask, command, NoAnswer, socketPath } from '../../operator/cli/client.ts';
import { readStream } from '../../operator/cli/stream.ts';
import { readConfig, type Config } from '../../operator/config.ts';

describe('a command whose operator ends or hangs while it answers', () => {
  let config: Config;
  let server: Server;
  let answer: (response: ServerResponse) => void;

  beforeEach(async () => {
    config = readConfig({ state: await mkdtemp(join(tmpdir(), 'mcpnet-')) });
    server = createServer((_request, response) => {
      answer(response);
    });
    await new Promise<void>((resolve) => server.listen(socketPath(config), resolve));
  });

  afterEach(async () => {
    server.closeAllConnections();
    server.close();
    await rm(config.state, { recursive: true });
  });

  it('goes on as without one', async () => {
    answer = (response) => response.write('{"items":', () => response.destroy());
    expect(await ask(config, '/api/v1/services')).to.equal(undefined);
  });

  it('is told that the operator runs and did not answer in time, and not that there is none', async () => {
    answer = () => undefined;
    const patience = { readMs: 50, changeMs: 100 };
    const read: unknown = await ask(config, '/api/v1/services', patience).catch((error: unknown) => error);
    expect(read)
      .to.be.an.instanceOf(NoAnswer)
      .with.property('message')
      .that.matches(/runs, .* within 0\.05 s; .*busy/);
    const change: unknown = await command(config, 'MCPService/default/files', 'pause', {}, patience).catch(
      (error: unknown) => error,
    );
    expect(change)
      .to.be.an.instanceOf(NoAnswer)
      .with.property('message')
      .that.matches(/within 0\.1 s; it may still do/);
  });

  it('says so where it reads on', async () => {
    answer = (response) => response.write('event: event\ndata: {}\n\n', () => response.destroy());
    const names: string[] = [];
    const reading = (async () => {
      for await (const { name } of readStream(config, '/api/v1/events/stream')) names.push(name);
    })();
    const error: unknown = await reading.catch((thrown: unknown) => thrown);
    expect(names).to.deep.equal(['event']);
    expect(error)
      .to.be.an('error')
      .with.property('message')
      .that.matches(/operator has ended/);
  });
});
