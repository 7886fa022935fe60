import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { debianClosure } from '../../deploy/images/debian.ts';
import { eventually } from '../support/eventually.ts';
import { freePorts } from '../support/free-ports.ts';

export interface SshServer {
  /** Of a repository below the root that is served. */
  readonly url: string;
  /** What a client needs: its key, and who the server is. */
  readonly key: string;
  readonly knownHosts: string;
  close(): void;
}

const loaders = { x64: ['x86_64', 'ld-linux-x86-64.so.2'], arm64: ['aarch64', 'ld-linux-aarch64.so.1'] } as const;

/** Debian's OpenSSH server as this user, at a port of the loopback, with one key that may fetch and nothing else. */
export async function serveSsh(root: string): Promise<SshServer> {
  const architecture = process.arch === 'arm64' ? 'arm64' : 'x64';
  const closure = await debianClosure(
    { suite: 'bookworm', packages: ['openssh-server'] },
    architecture === 'x64' ? 'amd64' : 'arm64',
  );
  const directory = join(root, 'ssh');
  await mkdir(directory, { mode: 0o700 });
  for (const name of ['host', 'client'])
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', '', '-f', join(directory, name)]);
  const port = await freePorts(1);
  const clientKey = await readFile(join(directory, 'client.pub'), 'utf8');
  await writeFile(
    join(directory, 'authorized'),
    `restrict,command="git shell -c \\"$SSH_ORIGINAL_COMMAND\\"" ${clientKey}`,
  );
  const settings = {
    ListenAddress: '127.0.0.1',
    Port: port,
    HostKey: join(directory, 'host'),
    AuthorizedKeysFile: join(directory, 'authorized'),
    PidFile: 'none',
    StrictModes: 'no',
    UsePAM: 'no',
    PermitRootLogin: 'yes',
    PasswordAuthentication: 'no',
    KbdInteractiveAuthentication: 'no',
  };
  const config = join(directory, 'config');
  await writeFile(
    config,
    Object.entries(settings)
      .map(([name, value]) => `${name} ${value}\n`)
      .join(''),
  );
  const [machine, loader] = loaders[architecture];
  const libraries = ['usr/lib', 'lib'].map((lib) => join(closure.root, lib, `${machine}-linux-gnu`)).join(':');
  const sshd = join(closure.root, 'usr/sbin/sshd');
  const command = [
    join(closure.root, 'lib', `${machine}-linux-gnu`, loader),
    ...['--argv0', sshd, '--library-path', libraries, sshd, '-r', '-D', '-e', '-f', config],
  ];
  const child = await start(command, directory);
  let said = '';
  child.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString('utf8')));
  await eventually(
    () => {
      if (child.exitCode !== null) throw new Error(`the OpenSSH server ended: ${said}`);
      return said.includes('Server listening');
    },
    { timeoutMs: 20_000 },
  );
  return {
    url: `ssh://${userInfo().username}@127.0.0.1:${port}${join(root, 'fleet.git')}`,
    key: await readFile(join(directory, 'client'), 'utf8'),
    knownHosts: `[127.0.0.1]:${port} ${await readFile(join(directory, 'host.pub'), 'utf8')}`,
    close: () => void child.kill('SIGTERM'),
  };
}

/** Started by root it wants a user and a directory of its own, which it gets where nobody else sees them. */
async function start(command: readonly string[], directory: string): Promise<ChildProcess> {
  const [program = '', ...args] = command;
  const { uid, username } = userInfo();
  if (uid !== 0) return spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const others = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('sshd:') && !line.startsWith(`${username}:`));
  const own = [`${username}:*:0:0::/root:/bin/sh`, 'sshd:*:65533:65534::/run/sshd:/usr/sbin/nologin'];
  const passwd = join(directory, 'passwd');
  await writeFile(passwd, `${[...own, ...others].join('\n')}\n`);
  const script = 'mount --bind "$0" /etc/passwd && mount -t tmpfs tmpfs /run && mkdir -m 755 /run/sshd && exec "$@"';
  return spawn('unshare', ['--mount', 'sh', '-c', script, passwd, ...command], { stdio: ['ignore', 'ignore', 'pipe'] });
}
