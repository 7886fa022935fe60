import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Secrets } from '../../ports/secrets.ts';
import type { GitAddress } from './address.ts';
import type { GitEnvironment } from './run-git.ts';

/** What a call that reaches another machine needs beside its arguments. */
export interface Access {
  readonly env: GitEnvironment;
  readonly settings: readonly (readonly [string, string])[];
  /** Takes away what lies on the disk for it. */
  end(): Promise<void>;
}

/** Keys of the secret of a repository. */
export const secretKeys = {
  token: 'token',
  username: 'username',
  sshKey: 'ssh-privatekey',
  knownHosts: 'known_hosts',
  webhook: 'webhook-secret',
  status: 'status-token',
  signers: 'allowed-signers',
} as const;

/**
 * The right to read a repository, from a secret: a header for https, a key and the hosts that are known for ssh.
 * @param directory for files that only live as long as a call
 * @throws Error if ssh lacks what it needs
 */
export async function openAccess(
  { url, transport }: GitAddress,
  secret: string | undefined,
  secrets: Pick<Secrets, 'value'>,
  directory: string,
): Promise<Access> {
  const value = (key: string): string | undefined => (secret === undefined ? undefined : secrets.value(secret, key));
  const env = { GIT_ALLOW_PROTOCOL: transport };
  if (transport === 'ssh') return sshAccess(env, secret, value, directory);
  const token = transport === 'file' ? undefined : value(secretKeys.token);
  const header =
    token !== undefined &&
    `Authorization: Basic ${Buffer.from(`${value(secretKeys.username) ?? 'git'}:${token}`).toString('base64')}`;
  return { env, settings: header ? [[`http.${new URL(url).origin}/.extraHeader`, header]] : [], end: async () => {} };
}

async function sshAccess(
  env: GitEnvironment,
  secret: string | undefined,
  value: (key: string) => string | undefined,
  directory: string,
): Promise<Access> {
  const [key, hosts] = [value(secretKeys.sshKey), value(secretKeys.knownHosts)];
  if (key === undefined || hosts === undefined) {
    const lacking = key === undefined ? secretKeys.sshKey : secretKeys.knownHosts;
    throw new Error(
      `ssh needs the key "${lacking}" of the secret ${secret ?? 'that --git-secret names'}; ssh-keyscan HOST prints the hosts, compare them with what the host publishes`,
    );
  }
  // ssh reads keys from files that nobody else may read.
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const [keyFile, hostsFile] = [join(directory, 'key'), join(directory, 'known_hosts')];
  await writeFile(keyFile, `${key}\n`, { mode: 0o600 });
  await writeFile(hostsFile, `${hosts}\n`, { mode: 0o600 });
  const options = [
    'BatchMode=yes',
    'IdentitiesOnly=yes',
    'IdentityAgent=none',
    'StrictHostKeyChecking=yes',
    `UserKnownHostsFile="${hostsFile}"`,
    'GlobalKnownHostsFile=/dev/null',
    'ConnectTimeout=10',
    'ServerAliveInterval=10',
  ];
  const ssh = ['ssh', '-F', 'none', '-i', quoted(keyFile), ...options.flatMap((each) => ['-o', quoted(each)])];
  return {
    env: { ...env, GIT_SSH_COMMAND: ssh.join(' '), GIT_SSH_VARIANT: 'ssh' },
    settings: [],
    end: () => rm(directory, { recursive: true, force: true }),
  };
}

/** For the shell that runs GIT_SSH_COMMAND. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
