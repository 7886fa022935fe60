import { execFile } from 'node:child_process';

/** A program that ended badly, with the last lines it wrote. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
}

/** Runs a program to its end and returns what it printed. Its failure tells `purpose`, its last words and the `remedy`. */
export function run(
  program: string,
  args: readonly string[],
  options: { cwd?: string; env?: Readonly<Record<string, string>>; purpose: string; remedy: string },
): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const environment = { ...process.env, ...options.env };
  const settings = { cwd: options.cwd, env: environment, maxBuffer: 64 * 1024 * 1024 };
  const child = execFile(program, args, settings, (cause, stdout, stderr) => {
    process.off('exit', end);
    if (cause === null) return resolve(stdout);
    if (cause.code === 'ENOENT') {
      return reject(
        new CommandError(`${options.purpose} needs ${program}, which is not on this machine; ${options.remedy}`, {
          cause,
        }),
      );
    }
    const lastLines = (stderr.trim() || stdout.trim()).split('\n').slice(-4).join('\n  ');
    return reject(new CommandError(`${options.purpose} failed:\n  ${lastLines}\n${options.remedy}`, { cause }));
  });
  // Who stops us stops what we started.
  const end = (): void => void child.kill();
  process.once('exit', end);
  return promise;
}
