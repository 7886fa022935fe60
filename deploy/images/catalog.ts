import type { Addition, DebianSource, Recipe } from './recipe.ts';
import { operatorImages } from './catalog-operator.ts';
import { testImages } from './catalog-test.ts';
import { packageVersion } from './package-version.ts';

const NODE_VERSION = '24.21.0';

/** What Node's binary is linked against, and a shell to look around with. */
const NODE_RUNTIME: DebianSource = {
  suite: 'bookworm',
  packages: ['libc6', 'libstdc++6', 'libgcc-s1', 'libatomic1', 'busybox', 'ca-certificates'],
};

/** Every image the project can build, bases before what stands on them. */
export function catalog(): readonly Recipe[] {
  return [
    node(),
    ...services(),
    haproxy('3.0', 'trixie', 'default'),
    consul(),
    bridge(),
    ...operatorImages(),
    ...extras(),
    ...testImages(),
  ];
}

function node(): Recipe {
  return {
    name: 'mcpnet/node:24',
    set: 'default',
    title: 'Node.js',
    version: NODE_VERSION,
    licenses: 'MIT',
    contents: { kind: 'node', source: NODE_RUNTIME, nodeVersion: NODE_VERSION, keep: ['/usr/bin/busybox'] },
    additions: [directory('/home/node', 0o755, 1000), directory('/app', 0o755)],
    config: {
      user: '1000:1000',
      workingDirectory: '/home/node',
      environment: { PATH: '/usr/bin:/usr/sbin', HOME: '/home/node', NODE_ENV: 'production' },
      command: ['node'],
    },
  };
}

/** MCP servers from npm; each speaks stdio unless it says otherwise. */
function services(): readonly Recipe[] {
  return [
    service('mcp-postgres', '@modelcontextprotocol/server-postgres', '0.6.2', 'MIT'),
    {
      ...service('mcp-filesystem', '@modelcontextprotocol/server-filesystem', '2026.8.31', 'MIT'),
      additions: [
        directory('/data', 0o755, 1000),
        commandFile(entrypoint('@modelcontextprotocol/server-filesystem'), ['/data']),
      ],
      config: { entrypoint: entrypoint('@modelcontextprotocol/server-filesystem'), command: ['/data'] },
    },
    service('mcp-fetch', 'mcp-fetch-server', '1.1.2', 'MIT'),
    service('mcp-duckduckgo', '@ericthered926/duckduckgo-mcp-server', '0.6.0', 'MIT', 'build/index.js'),
    service('mcp-github', '@modelcontextprotocol/server-github', '2025.4.8', 'MIT'),
    {
      ...service('mcp-memory', '@modelcontextprotocol/server-memory', '2026.8.31', 'MIT'),
      // A fresh named volume takes this folder's owner, so the server can write to it without root.
      additions: [directory('/data', 0o755, 1000), commandFile(entrypoint('@modelcontextprotocol/server-memory'))],
      config: {
        entrypoint: entrypoint('@modelcontextprotocol/server-memory'),
        environment: { MEMORY_FILE_PATH: '/data/memory.json' },
      },
    },
  ];
}

function service(
  image: string,
  packageName: string,
  version: string,
  licenses: string,
  entry = 'dist/index.js',
): Recipe {
  return {
    name: `mcpnet/${image}:${version}`,
    set: 'default',
    title: packageName,
    version,
    licenses,
    from: 'mcpnet/node:24',
    contents: { kind: 'npm', package: packageName, version, entry },
    additions: [commandFile(entrypoint(packageName, entry))],
    config: { entrypoint: entrypoint(packageName, entry) },
  };
}

function entrypoint(packageName: string, entry = 'dist/index.js'): readonly string[] {
  return ['node', `/app/node_modules/${packageName}/${entry}`];
}

/** Tells the bridge what the image runs where no engine can be asked for it: see operator/bridge/image-command.ts. */
function commandFile(entrypoint: readonly string[], command: readonly string[] = []): Addition {
  return { kind: 'text', path: '/etc/mcpnet/command.json', text: `${JSON.stringify({ entrypoint, command })}\n` };
}

function haproxy(version: string, suite: DebianSource['suite'], set: Recipe['set']): Recipe {
  return {
    name: `mcpnet/haproxy:${version}`,
    set,
    title: 'HAProxy',
    version,
    licenses: 'GPL-2.0-or-later AND LGPL-2.1-or-later',
    contents: {
      kind: 'debian',
      source: { suite, packages: ['haproxy', 'busybox'] },
      // libgcc_s is opened at run time, when a thread ends; no binary names it.
      keep: ['/usr/sbin/haproxy', '/usr/bin/busybox', 'libgcc_s.so.1'],
    },
    additions: [...account('haproxy', 99), directory('/etc/mcpnet', 0o755), directory('/run/mcpnet', 0o1777)],
    // As the official image tells it.
    config: {
      user: '99:99',
      command: ['haproxy', '-W', '-db', '-f', '/etc/mcpnet/haproxy.cfg'],
      environment: { HAPROXY_VERSION: version },
    },
  };
}

function consul(): Recipe {
  return {
    name: 'mcpnet/consul:1.8.7',
    set: 'default',
    title: 'Consul',
    version: '1.8.7',
    licenses: 'MPL-2.0',
    contents: {
      kind: 'debian',
      source: { suite: 'bullseye', packages: ['consul', 'busybox'] },
      // This suite's libc still opens its name services at run time.
      keep: ['/usr/bin/consul', '/usr/bin/busybox', 'libnss_files.so.2', 'libnss_dns.so.2'],
    },
    // World-writable with the sticky bit: the user of the container is the operator's choice.
    additions: [...account('consul', 100), directory('/consul/data', 0o1777), directory('/consul/config', 0o755)],
    config: {
      user: '100:100',
      entrypoint: ['consul'],
      command: ['agent', '-server', '-bootstrap-expect=1', '-data-dir=/consul/data', '-client=0.0.0.0'],
      ports: [8500, 8600],
    },
  };
}

/** A folder to mount into any image, so that its stdio server is reachable over HTTP: see bridge.ts. */
function bridge(): Recipe {
  const version = packageVersion();
  return {
    name: `mcpnet/bridge:${version}`,
    set: 'default',
    title: 'mcpnet bridge',
    version,
    licenses: 'Apache-2.0 AND MIT AND LGPL-2.1-or-later AND GPL-3.0-or-later WITH GCC-exception-3.1',
    contents: { kind: 'bridge', source: NODE_RUNTIME, nodeVersion: NODE_VERSION },
    config: {
      volumes: ['/mcpnet'],
      entrypoint: [
        ...['/mcpnet/lib/ld.so', '--library-path', '/mcpnet/lib'],
        ...['/mcpnet/bin/node', '--max-semi-space-size=2', '/mcpnet/bridge.mjs'],
      ],
    },
  };
}

/** The operator itself, to run in a Pod: `mcpnet up` with what follows. */
function extras(): readonly Recipe[] {
  const everything = service('everything', '@modelcontextprotocol/server-everything', '2026.8.31', 'MIT');
  return [
    haproxy('2.6', 'bookworm', 'extra'),
    haproxy('3.2', 'sid', 'extra'),
    {
      ...everything,
      set: 'extra',
      additions: [commandFile(everything.config.entrypoint ?? [], ['stdio'])],
      config: { ...everything.config, command: ['stdio'], ports: [3001] },
    },
  ];
}

function directory(path: string, mode: number, uid = 0): Addition {
  return { kind: 'directory', path, mode, uid };
}

function account(name: string, uid: number): readonly Addition[] {
  const passwd = `root:x:0:0:root:/:/bin/sh\n${name}:x:${uid}:${uid}::/:/bin/false\nnobody:x:65534:65534::/:/bin/false\n`;
  const group = `root:x:0:\n${name}:x:${uid}:\nnogroup:x:65534:\n`;
  return [
    { kind: 'text', path: '/etc/passwd', text: passwd },
    { kind: 'text', path: '/etc/group', text: group },
  ];
}
