import { packageVersion } from './package-version.ts';
import { PROGRAM_ENTRY } from './program.ts';
import type { Recipe } from './recipe.ts';

/** The operator as it runs in a Pod, on what it reads repositories with. */
export function operatorImages(): readonly Recipe[] {
  return [git(), operator()];
}

/** Git and what it reaches repositories with; the operator reads manifests from them. */
function git(): Recipe {
  return {
    name: 'mcpnet/git:2.39',
    set: 'cluster',
    title: 'Git',
    version: '2.39',
    licenses: 'GPL-2.0-only AND BSD-3-Clause AND MIT AND LGPL-2.1-or-later',
    from: 'mcpnet/node:24',
    contents: {
      kind: 'debian',
      source: { suite: 'bookworm', packages: ['git', 'openssh-client', 'ca-certificates'] },
      keep: [
        '/usr/bin/git',
        '/usr/bin/git-upload-pack',
        '/usr/lib/git-core/git-remote-http',
        '/usr/lib/git-core/git-remote-https',
        '/usr/bin/ssh',
        '/usr/bin/ssh-keygen',
      ],
    },
    config: {},
  };
}

function operator(): Recipe {
  const version = packageVersion();
  return {
    name: `mcpnet/operator:${version}`,
    set: 'cluster',
    title: 'mcpnet operator',
    version,
    licenses: 'Apache-2.0',
    from: 'mcpnet/git:2.39',
    contents: { kind: 'program' },
    additions: [
      // ssh serves nobody whose name it cannot look up.
      {
        kind: 'text',
        path: '/etc/passwd',
        text: 'root:x:0:0:root:/root:/bin/sh\nmcpnet:x:65532:65532:mcpnet:/tmp:/bin/sh\n',
      },
      { kind: 'link', path: '/usr/bin/mcpnet', target: '/app/operator/launch.mjs' },
      // World-writable with the sticky bit: the user of the container is the cluster's choice.
      { kind: 'directory', path: '/var/lib/mcpnet', mode: 0o1777 },
    ],
    config: {
      user: '65532:65532',
      workingDirectory: '/var/lib/mcpnet',
      environment: {
        HOME: '/tmp',
        MCPNET_STATE: '/var/lib/mcpnet',
        MCPNET_LOG_FORMAT: 'json',
        // One for each thread would keep what a busy moment took.
        MALLOC_ARENA_MAX: '2',
      },
      entrypoint: [...['node', '--max-semi-space-size=1', '--optimize-for-size', '--v8-pool-size=1'], PROGRAM_ENTRY],
      command: ['up'],
    },
  };
}
