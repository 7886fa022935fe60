import type Docker from 'dockerode';
import { call, statusOf } from './client.ts';
import { label } from './labels.ts';

const execDeadlineMs = 15_000;

export interface ExecResult {
  readonly exitCode: number;
  /** Standard output and standard error as they came. */
  readonly output: string;
}

/** Runs a command in the running container of one role of a key. Undefined if there is none. */
export async function execInRole(
  docker: Docker,
  scope: string,
  key: string,
  role: string,
  command: string[],
): Promise<ExecResult | undefined> {
  const containerId = await runningInRole(docker, scope, key, role);
  if (containerId === undefined) return undefined;
  try {
    const exec = await call(
      'prepare exec',
      docker.getContainer(containerId).exec({ Cmd: command, AttachStdout: true, AttachStderr: true, Tty: true }),
    );
    const stream = await call('start exec', exec.start({ hijack: true, stdin: false, Tty: true }));
    const chunks: Buffer[] = [];
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    await call(
      command.join(' '),
      new Promise((resolve, reject) => stream.once('end', resolve).once('error', reject)),
      execDeadlineMs,
    );
    const { ExitCode: exitCode } = await call('inspect exec', exec.inspect());
    return { exitCode: exitCode ?? -1, output: Buffer.concat(chunks).toString('utf8').trim() };
  } catch (error) {
    // The container stopped in between: nobody is left to ask.
    if (statusOf(error) === 404 || statusOf(error) === 409) return undefined;
    throw error;
  }
}

/** Id of the running container of one role of a key. */
export async function runningInRole(
  docker: Docker,
  scope: string,
  key: string,
  role: string,
): Promise<string | undefined> {
  const labels = [`${label.owner}=${scope}`, `${label.key}=${key}`, `${label.role}=${role}`];
  const running = { label: labels, status: ['running'] };
  const [container] = await call('list containers', docker.listContainers({ filters: running }));
  return container?.Id;
}
