import { execFile } from 'node:child_process';
import { kubectlProgram } from './programs.ts';

/** Runs kubectl to its end. Rejects with what it says if it ends badly. @param input its standard input */
export async function kubectl(kubeconfig: string, args: readonly string[], input?: string): Promise<string> {
  const { code, stdout, stderr } = await kubectlOutcome(kubeconfig, args, input);
  if (code !== 0) throw new Error(`kubectl ${args.join(' ')} ended with ${code}: ${stderr.trim() || stdout.trim()}`);
  return stdout;
}

export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The same for ends that mean something: `kubectl diff` ends with 1 where there are differences. */
export async function kubectlOutcome(kubeconfig: string, args: readonly string[], input?: string): Promise<Outcome> {
  const program = await kubectlProgram();
  return new Promise((resolve) => {
    const env = { ...process.env, KUBECONFIG: kubeconfig };
    const child = execFile(program, args, { env, maxBuffer: 64 * 1024 * 1024 }, (cause, stdout, stderr) => {
      const code = typeof cause?.code === 'number' ? cause.code : cause ? 255 : 0;
      resolve({ code, stdout, stderr: stderr || (cause && code === 255 ? cause.message : '') });
    });
    // kubectl may end before it has read everything.
    child.stdin?.on('error', () => {});
    child.stdin?.end(input ?? '');
  });
}
