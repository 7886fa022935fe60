import { accessSync, constants, statfsSync } from 'node:fs';

export interface DiskState {
  readonly ok: boolean;
  readonly message: string;
}

/** Enough for what is kept of every change until somebody has made room. */
const leastFreeBytes = 32 * 2 ** 20;

/** Whether what the operator remembers can be kept. */
export function diskState(directory: string): DiskState {
  try {
    accessSync(directory, constants.W_OK);
    const { bavail, bsize } = statfsSync(directory);
    const free = bavail * bsize;
    const message = `${Math.floor(free / 2 ** 20)} MiB free at ${directory}`;
    return free >= leastFreeBytes
      ? { ok: true, message }
      : { ok: false, message: `${message}; make room, or histories are lost when the operator ends` };
  } catch (error) {
    return { ok: false, message: `${directory} cannot be written: ${String(error)}` };
  }
}
