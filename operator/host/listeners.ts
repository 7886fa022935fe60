import { readFile } from 'node:fs/promises';

/** A TCP socket of this machine that accepts connections. */
export interface Listener {
  /** IPv4 address; `*` for every address of both families. */
  readonly address: string;
  readonly port: number;
  readonly inode: string;
}

const listening = '0A';
const tables = ['/proc/net/tcp', '/proc/net/tcp6'];

/**
 * Who listens on this machine, by the kernel's tables (proc(5)) and not by trying: to bind a port, for however short a time,
 * could keep others from it. Empty where there are no such tables.
 */
export async function listListeners(): Promise<Listener[]> {
  return (await Promise.all(tables.map(listenersIn))).flat();
}

/** The sockets that get connections to an address and port. */
export function listenersAt(listeners: readonly Listener[], address: string, port: number): Listener[] {
  return listeners.filter(
    (each) =>
      each.port === port &&
      (address === '0.0.0.0' || each.address === address || each.address === '0.0.0.0' || each.address === '*'),
  );
}

async function listenersIn(table: string): Promise<Listener[]> {
  const text = await readFile(table, 'utf8').catch(() => '');
  return text
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const [, local = '', , state, , , , , , inode = ''] = line.trim().split(/\s+/);
      const [address = '', port = ''] = local.split(':');
      return state === listening ? [{ address: readAddress(address), port: Number.parseInt(port, 16), inode }] : [];
    });
}

/** The kernel prints words of 32 bits in the order of the machine, which is little-endian wherever Docker runs. */
function readAddress(hex: string): string {
  if (hex.length === 32 && /^0+$/.test(hex)) return '*';
  const last = hex.slice(-8);
  return [6, 4, 2, 0].map((at) => Number.parseInt(last.slice(at, at + 2), 16)).join('.');
}
