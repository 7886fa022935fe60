import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { imageCommand } from '../../operator/bridge/image-command.ts';
import { startBridge, stopBridges, toy } from './bridge-process.ts';
import { openSession } from './wire.ts';

describe('bridge, where a platform takes its container away', () => {
  afterEach(stopBridges);

  it('answers that it is drained when its last session has ended, and not before', async () => {
    const { url } = await startBridge(['--isolation', 'shared'], toy());
    const drained = new URL('/drained', url);
    expect((await fetch(drained)).status).to.equal(200);
    const session = await openSession(url);
    let isDrained = false;
    const answer = fetch(drained).then((response) => {
      isDrained = true;
      return response.json();
    });
    expect((await fetch(new URL('/health', url))).status).to.equal(200);
    expect(isDrained).to.equal(false);
    await fetch(url, { method: 'DELETE', headers: session });
    expect(await answer).to.deep.equal({ sessions: 0, requests: 0 });
  });
});

describe('bridge, without a command of the manifest', () => {
  const file = join(mkdtempSync(join(tmpdir(), 'mcpnet-')), 'command.json');

  it('runs what the image says, and with arguments its entrypoint with these', () => {
    writeFileSync(file, JSON.stringify({ entrypoint: ['node', '/app/x.js'], command: ['/data'] }));
    expect(imageCommand('whole', [], file)).to.deep.equal({ command: 'node', args: ['/app/x.js', '/data'] });
    expect(imageCommand('entrypoint', ['/other'], file)).to.deep.equal({
      command: 'node',
      args: ['/app/x.js', '/other'],
    });
  });

  it('says what to do where the image says nothing', () => {
    expect(() => imageCommand('whole', [], '/nonexistent')).to.throw('set spec.command');
    writeFileSync(file, '{}');
    expect(() => imageCommand('whole', [], file)).to.throw('names no command; set spec.command');
  });
});
