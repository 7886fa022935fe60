import { appendFile, readdir, rename, symlink } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Status } from '../../operator/engine/status.ts';
import { always, eventually } from '../support/eventually.ts';
import { statusAt } from '../support/http.ts';
import { fileText, tiny, type Manifest } from '../support/manifests.ts';
import { conditionOf, isReady } from '../support/test-network.ts';
import { useTestNetwork } from '../support/use-test-network.ts';

const head = 'apiVersion: mcpnet.io/v1alpha1\nkind: MCPService\nmetadata:\n  name: victim\nspec:\n';
const bomb = (): string => {
  const levels = Array.from(
    { length: 12 },
    (_, level) =>
      `l${level}: &l${level} [${Array(10)
        .fill(level === 0 ? 'x' : `*l${level - 1}`)
        .join(', ')}]`,
  );
  return `${levels.join('\n')}\n`;
};

describe('a bad manifest', function () {
  this.timeout(60_000);
  const net = useTestNetwork();
  const victim = (): Manifest => tiny('victim', { port: net.port(0) });
  let running: string[];

  const containersOf = async (...names: string[]): Promise<string[]> =>
    (await Promise.all(names.map((name) => net.containers(name))))
      .flat()
      .map(({ Id }) => Id)
      .sort();

  before('serve two services', async () => {
    await net.write('victim.yaml', victim());
    await net.write('bystander.yaml', tiny('bystander', { port: net.port(1) }));
    await net.start();
    await net.ready('victim', 'bystander');
    await net.networkReady();
    running = await containersOf('victim', 'bystander');
  });

  afterEach('the last good version and everything else go on', async () => {
    await restore();
    expect(await containersOf('victim', 'bystander')).to.deep.equal(running);
    expect(await statusAt(net.healthUrl(0))).to.equal(200);
    expect(await statusAt(net.healthUrl(1))).to.equal(200);
    expect(isReady(await net.status('bystander'))).to.equal(true);
  });

  /** Whatever a test has written, and however it ended: two files of two services, and nothing else. */
  async function restore(): Promise<void> {
    const mine = ['network.yaml', 'bystander.yaml'];
    // In one step: a manifest that is away for a moment is one that was removed.
    await net.write('.victim.yaml', victim());
    await rename(join(net.manifests, '.victim.yaml'), join(net.manifests, 'victim.yaml'));
    mine.push('victim.yaml');
    for (const file of await readdir(net.manifests)) if (!mine.includes(file)) await net.remove(file);
    await net.until('victim', (status) => conditionOf(status, 'Accepted')?.status === 'True' && isReady(status));
    await eventually(async () => (await net.statuses()).length === 3 && (await net.containers()).length === 4, {
      timeoutMs: 30_000,
    });
  }

  /** Resolves with the status once the newest manifest is rejected with such a message. */
  async function rejected(says: RegExp): Promise<Status> {
    const status = await net.until(
      'victim',
      (each) => {
        const accepted = conditionOf(each, 'Accepted');
        return accepted?.status === 'False' && says.test(accepted.message);
      },
      15_000,
    );
    expect(conditionOf(status, 'Accepted')?.reason).to.equal('InvalidManifest');
    return status;
  }

  const rejections: { what: string; text: string; says: RegExp }[] = [
    {
      what: 'is not YAML',
      text: `${head}  image: [never closed\n`,
      says: /^victim\.yaml:\d+:\d+ is not valid YAML: .+; mend the syntax/,
    },
    {
      what: 'has an unknown field',
      text: `${head}  image: a\n  transport: sse\n  replica: 2\n`,
      says: /^victim\.yaml:8:3 spec\.replica is not a field; did you mean "replicas"\?/,
    },
    {
      what: 'has a value of a wrong type',
      text: `${head}  image: a\n  transport: sse\n  replicas: two\n`,
      says: /^victim\.yaml:8:3 spec\.replicas must be integer, not string; write a whole number/,
    },
    {
      what: 'names an unknown transport',
      text: `${head}  image: a\n  transport: pigeon\n`,
      says: /^victim\.yaml:7:3 spec\.transport is "pigeon"; write one of stdio, streamable-http, sse/,
    },
    {
      what: 'is a YAML bomb',
      text: bomb(),
      says: /^victim\.yaml:1:1 cannot be expanded: .*alias.*; write the values out/i,
    },
    {
      what: 'is of 50 MB',
      text: `# ${'x'.repeat(50 * 2 ** 20)}\n`,
      says: /^victim\.yaml:1:1 has 5\d{7} bytes, more than 1048576; split it/,
    },
    {
      what: 'is empty, as one that is being written',
      text: '',
      says: /^victim\.yaml:1:1 holds no document; remove the file/,
    },
  ];
  for (const { what, text, says } of rejections) {
    it(`that ${what} is told with its place and remedy, and changes nothing`, async () => {
      await net.write('victim.yaml', text);
      const status = await rejected(says);
      expect(isReady(status), 'the last good version still serves').to.equal(true);
      const events = await net.events('victim');
      expect(
        events.some(({ type, message }) => type === 'Warning' && says.test(message)),
        `an event among ${JSON.stringify(events)}`,
      ).to.equal(true);
    });
  }

  it('that cannot be read is told, and changes nothing', async () => {
    // Even root cannot read this one: the kernel answers EIO at its first byte.
    await net.remove('victim.yaml');
    await symlink('/proc/self/mem', join(net.manifests, 'victim.yaml'));
    await rejected(/^victim\.yaml:1:1 cannot be read: .+; give the operator's user the right/);
  });

  it('that is a link in a circle is told, and a directory linked into itself does no harm', async () => {
    await symlink('loop.yaml', join(net.manifests, 'loop.yaml'));
    await symlink('.', join(net.manifests, 'again'));
    const problem = await eventually(
      async () => (await net.problems()).find(({ file }) => file === 'loop.yaml') ?? false,
    );
    expect(problem).to.include({ message: 'is a link in a circle', remedy: 'remove the link' });
    expect((await net.problems()).length).to.equal(1);
  });

  it('that is written slowly is taken when it is whole', async () => {
    const text = fileText([tiny('slow', { port: net.port(2) })]);
    const path = join(net.manifests, 'slow.yaml');
    for (let end = 40; end < text.length; end += 40) {
      await appendFile(path, text.slice(end - 40, end));
      await always(() => Promise.resolve(), 60);
    }
    await appendFile(path, text.slice(Math.floor((text.length - 1) / 40) * 40));
    await net.ready('slow');
  });

  it('that declares a name a second time is told in both places; the first goes on', async () => {
    await net.write('second.yaml', tiny('victim', { port: net.port(3) }));
    const status = await rejected(
      /^second\.yaml:1:1 metadata\.name service\/victim is declared in victim\.yaml:1 as well; rename or remove/,
    );
    expect(status.port).to.equal(net.port(0));
  });

  const unserved: { what: string; spec: () => Manifest['spec']; reason: string; says: RegExp }[] = [
    {
      what: 'refers to an unknown network',
      spec: () => ({ networkRef: { name: 'defualt' } }),
      reason: 'NetworkNotFound',
      says: /^late\.yaml:1 spec\.networkRef "defualt" names no MCPNetwork; did you mean "default"\?/,
    },
    {
      what: 'claims the port of another service',
      spec: () => ({ port: net.port(1) }),
      reason: 'PortConflict',
      says: /^late\.yaml:\d+ .*port \d+ belongs to service\/bystander; choose another/,
    },
    {
      what: 'claims a port outside the range',
      spec: () => ({ port: net.ports.last + 1 }),
      reason: 'PortOutOfRange',
      says: /^late\.yaml:\d+ .*port \d+ is not in the network's service range \d+-\d+.*choose one inside/,
    },
    {
      what: 'names an image that is nowhere',
      spec: () => ({ image: 'registry.invalid/no/such:1' }),
      reason: 'ImageMissing',
      says: /^late\.yaml:\d+ .*image "registry\.invalid\/no\/such:1" is not here and cannot be pulled.*build it/,
    },
    {
      what: 'names an image with a slip in its tag',
      spec: () => ({ image: 'mcpnet/everything:2026.8.13' }),
      reason: 'ImageMissing',
      says: /^late\.yaml:\d+ .*image "mcpnet\/everything:2026\.8\.13" is not here.*did you mean "mcpnet\/everything:2026\.8\.31", which is here\?/,
    },
    {
      what: 'runs a server that never speaks MCP',
      spec: () => ({ env: [{ name: 'NEVER_SPEAK', value: '1' }], healthCheck: { startupTimeout: '2s' } }),
      reason: 'NotSpeakingMCP',
      says: /^late\.yaml:\d+ .*late-[0-9a-f]{8}-1 does not speak MCP: .+; see the output of its container/,
    },
  ];
  for (const { what, spec, reason, says } of unserved) {
    it(`that ${what} is told with file, line and remedy, and disturbs nobody`, async () => {
      await net.write('late.yaml', tiny('late', { port: net.port(4), ...spec() }));
      const status = await net.until('late', (each) => conditionOf(each, 'Ready')?.reason === reason, 30_000);
      expect(conditionOf(status, 'Ready')?.message).to.match(says);
      const events = await net.events('late');
      expect(
        events.some(({ type, reason: why }) => type === 'Warning' && why === reason),
        `an event among ${JSON.stringify(events)}`,
      ).to.equal(true);
      expect(await statusAt(net.healthUrl(4))).to.not.equal(200);
    });
  }

  it('whose port a foreign process holds waits for it alone, and is served once that is gone', async () => {
    const foreign = createServer();
    await new Promise<void>((resolve) => foreign.listen({ host: '127.0.0.1', port: net.port(5) }, resolve));
    await net.write('blocked.yaml', tiny('blocked', { port: net.port(5) }));
    await net.write('beside.yaml', tiny('beside', { port: net.port(6) }));
    const status = await net.until('blocked', (each) => conditionOf(each, 'Ready')?.reason === 'PortTaken');
    expect(conditionOf(status, 'Ready')?.message).to.include(
      `port ${net.port(5)} on 127.0.0.1 is held by another process`,
    );
    await net.ready('beside');
    await new Promise((resolve) => foreign.close(resolve));
    await net.ready('blocked');
    expect(await statusAt(net.healthUrl(5))).to.equal(200);
  });

  it('is shown by get and describe with file, line and remedy', async () => {
    await net.write('victim.yaml', `${head}  image: a\n  transport: sse\n  replicas: two\n`);
    await net.until('victim', (each) => conditionOf(each, 'Accepted')?.status === 'False');
    const [get, describe] = [await net.cli('get'), await net.cli('describe', 'victim')];
    const says = 'victim.yaml:8:3 spec.replicas must be integer, not string; write a whole number';
    expect(get.stdout).to.include(says);
    expect(describe.stdout).to.include(says).and.to.include('InvalidManifest');
    expect(describe.stdout.slice(describe.stdout.indexOf('Events:'))).to.include(says);
  });
});
