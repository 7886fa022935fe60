import { spawn } from 'node:child_process';

/** Variables of the program, beside those that keep it to itself. */
export type GitEnvironment = Readonly<Record<string, string>>;

export interface GitCall {
  /** The repository. */
  readonly directory: string;
  readonly env: GitEnvironment;
  readonly input?: string;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** The program has ended otherwise than well. */
export class GitFailed extends Error {
  readonly exitCode: number | undefined;
  readonly said: string;

  constructor(command: string, exitCode: number | undefined, said: string) {
    super(`git ${command} failed${exitCode === undefined ? '' : ` (${exitCode})`}: ${said}`);
    this.name = 'GitFailed';
    this.exitCode = exitCode;
    this.said = said;
  }
}

/** No git runs for longer, if nothing shorter is said. */
export const longestGitMs = 120_000;
/** A git that is told to end removes its locks first. */
const endingMs = 2_000;
const mostOutputBytes = 512 * 1024 * 1024;
const mostSaid = 2_000;

/** No settings of the system or of a user, no questions, no hooks, no helpers, no other way than these to other machines. */
const settings: readonly (readonly [string, string])[] = [
  ['core.hooksPath', '/dev/null'],
  ['core.fsmonitor', 'false'],
  ['credential.helper', ''],
  ['gc.autoDetach', 'false'],
  ['maintenance.auto', 'false'],
  ['transfer.fsckObjects', 'true'],
  // Who is sent elsewhere would send the token there.
  ['http.followRedirects', 'false'],
  ['http.lowSpeedLimit', '100'],
  ['http.lowSpeedTime', '20'],
  ['submodule.recurse', 'false'],
  ['gpg.program', '/bin/false'],
];

/**
 * Runs the system's git in a repository without a working tree, and returns what it prints.
 * @throws GitFailed with what it said
 */
export async function runGit(args: readonly string[], call: GitCall, more: typeof settings = []): Promise<Buffer> {
  const { directory, env, input, timeoutMs = longestGitMs, signal } = call;
  const [command = ''] = args;
  // A group of its own: what it starts (ssh, remote helpers) ends with it.
  const child = spawn('git', ['--git-dir', directory, ...args], {
    env: { ...quiet, HOME: directory, ...env, ...asVariables([...settings, ...more]) },
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
  });
  const signalAll = (how: NodeJS.Signals): void => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, how);
    } catch {
      // It has ended by itself.
    }
  };
  const end = (): void => {
    signalAll('SIGTERM');
    const killer = setTimeout(() => {
      signalAll('SIGKILL');
    }, endingMs);
    child.once('close', () => {
      clearTimeout(killer);
    });
  };
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let [bytes, said, why] = [0, '', ''];
    const stop = (reason: string): void => {
      why = reason;
      end();
    };
    const onAbort = (): void => {
      stop('stopped');
    };
    const timer = setTimeout(() => {
      stop(`has not ended within ${timeoutMs / 1_000} s`);
    }, timeoutMs);
    signal?.addEventListener('abort', onAbort, { once: true });
    child.stdout.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > mostOutputBytes) stop(`printed more than ${mostOutputBytes} bytes`);
      else chunks.push(chunk);
    });
    child.stderr.on('data', (chunk: Buffer) => {
      said = `${said}${chunk.toString('utf8')}`.slice(-mostSaid);
    });
    // Who ends early reads no further.
    child.stdin.on('error', () => undefined);
    child.stdin.end(input ?? '');
    const settle = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    };
    child.once('error', (error: NodeJS.ErrnoException) => {
      settle();
      const missing = 'there is no program named git on this machine; install it';
      reject(new GitFailed(command, undefined, error.code === 'ENOENT' ? missing : error.message));
    });
    child.once('close', (exitCode) => {
      settle();
      if (exitCode === 0 && why === '') resolve(Buffer.concat(chunks));
      else reject(new GitFailed(command, exitCode ?? undefined, why === '' ? oneLine(said) : why));
    });
  });
}

const quiet: GitEnvironment = {
  LC_ALL: 'C',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_SYSTEM: '/dev/null',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_TERMINAL_PROMPT: '0',
  GIT_ASKPASS: '/bin/false',
  SSH_ASKPASS: '/bin/false',
  SSH_ASKPASS_REQUIRE: 'never',
  GIT_NO_REPLACE_OBJECTS: '1',
};

/** Settings as variables (git-config, "ENVIRONMENT"): a command line is seen by everybody, a token is not for it. */
function asVariables(all: typeof settings): GitEnvironment {
  const pairs = all.flatMap(([key, value], index) => [
    [`GIT_CONFIG_KEY_${index}`, key] as const,
    [`GIT_CONFIG_VALUE_${index}`, value] as const,
  ]);
  return { GIT_CONFIG_COUNT: String(all.length), ...Object.fromEntries(pairs) };
}

/** What it said, without progress and repetition. */
function oneLine(said: string): string {
  const lines = said.split(/[\r\n]+/).map((line) => line.replace(/^(fatal|error|remote|warning): */, '').trim());
  return [...new Set(lines.filter((line) => line !== ''))].slice(-6).join('; ');
}
