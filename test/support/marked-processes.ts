import { readdirSync, readFileSync } from 'node:fs';

/** The environment variable by which the processes that belong together are found. */
export const markName = 'BRIDGE_TEST';

/** Every living process that inherited the mark: one can hide from its parent, not from this. */
export function markedProcesses(mark: string): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0 && isAlive(pid) && read(`/proc/${pid}/environ`).includes(`${markName}=${mark}`));
}

/** False for a zombie, too. */
export function isAlive(pid: number): boolean {
  const status = read(`/proc/${pid}/status`);
  return status !== '' && !/^State:\s+Z/m.test(status);
}

/** Proportional set size of these processes in bytes: what is shared counts once, divided among its users (proc(5)). */
export function pssOf(pids: readonly number[]): number {
  const sizes = pids.map((pid) => Number(/^Pss:\s+(\d+) kB/m.exec(read(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0));
  return sizes.reduce((sum, size) => sum + size, 0) * 1024;
}

/** Processor time of all threads in ms; the first field of schedstat is nanoseconds on a processor (proc(5)). */
export function cpuMsOf(pid: number): number {
  const threads = readdirSync(`/proc/${pid}/task`);
  return threads.reduce((sum, id) => sum + Number(read(`/proc/${pid}/task/${id}/schedstat`).split(' ', 1)[0]) / 1e6, 0);
}

/** Empty when the process is gone. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
