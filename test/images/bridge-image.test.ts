import { expect } from 'chai';
import Docker from 'dockerode';
import { ensureImages } from '../../deploy/images/build.ts';
import { packageVersion } from '../../deploy/images/package-version.ts';
import { addressOf, eventually, outputOf, withConfined } from './confined.ts';

const BRIDGE = `mcpnet/bridge:${packageVersion()}`;
const NODE = ['/mcpnet/lib/ld.so', '--library-path', '/mcpnet/lib', '/mcpnet/bin/node'];

/** A server of one tool, run by the mounted Node: the empty image has nothing else to run. */
const STDIO_SERVER = `require('readline').createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, method } = JSON.parse(line);
  const result = method === 'initialize'
    ? { protocolVersion: '2025-06-18', capabilities: { tools: {} }, serverInfo: { name: 'inline', version: '1' } }
    : { tools: [{ name: 'only', inputSchema: { type: 'object' } }] };
  if (id !== undefined) console.log(JSON.stringify({ jsonrpc: '2.0', id, result }));
});`;

describe('the bridge image', function () {
  this.timeout(60_000);
  const docker = new Docker();
  let volumeName = '';

  before(async function () {
    this.timeout(300_000);
    await ensureImages([BRIDGE, 'mcpnet-test/scratch:1', 'haproxy:3.0', 'mcp-memory:2026.8.31'], { docker });
    const volume = await docker.createVolume({ Labels: { 'io.mcpnet.test': 'images' } });
    volumeName = volume.name;
    // Creating a container fills an empty volume from the image; it need not run.
    const filler = await docker.createContainer({ Image: BRIDGE, HostConfig: { Binds: [`${volumeName}:/mcpnet`] } });
    await filler.remove({ v: false });
  });

  after(async () => {
    if (volumeName !== '') await docker.getVolume(volumeName).remove();
  });

  for (const image of ['mcpnet-test/scratch:1', 'mcpnet/haproxy:3.0', 'mcpnet/mcp-memory:2026.8.31']) {
    it(`brings a Node that runs in ${image} as anyone`, async () => {
      const binds = [`${volumeName}:/mcpnet:ro`];
      const print = ['-p', '`${process.version.split(".")[0]} ${process.getuid()}`'];
      const output = await outputOf(docker, { image, user: '54321:54321', entrypoint: NODE, command: print, binds });
      expect(output).to.equal('v24 54321');
    });

    it(`serves a stdio server of ${image} over HTTP`, async () => {
      const isService = image.includes('mcp-memory');
      const server = isService
        ? ['node', '/app/node_modules/@modelcontextprotocol/server-memory/dist/index.js']
        : [...NODE, '-e', STDIO_SERVER];
      const options = {
        image,
        user: '54321:54321',
        entrypoint: [...NODE, '/mcpnet/bridge.mjs'],
        command: ['--port', '8080', '--', ...server],
        binds: [`${volumeName}:/mcpnet:ro`],
      };
      await withConfined(docker, options, async (container) => {
        const url = `http://${await addressOf(container)}:8080/mcp`;
        const params = { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 't', version: '1' } };
        const response = await eventually(() =>
          fetch(url, {
            method: 'POST',
            headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
            body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params }),
          }),
        );
        expect(response.status).to.equal(200);
        expect(await response.text()).to.include(isService ? 'memory-server' : 'inline');
      });
    });
  }
});
