import { readFile } from 'node:fs/promises';
import type { Model } from './model.ts';
import { healthy } from './render-global.ts';

/** A port of a balancer that does not run, held by somebody else; `backend` is absent for that of the statistics. */
export interface StolenPort {
  readonly address: string;
  readonly port: number;
  readonly backend?: string;
}

const answerMs = 1_000;
const listening = '0A';
const tables = ['/proc/net/tcp', '/proc/net/tcp6'];

/**
 * The first port of a balancer at which another process listens on this machine. Looked up in the kernel's tables (proc(5))
 * and not tried: to bind a port, for however short a time, could keep the balancer itself from it.
 */
export async function stolenPort({ balancer, backends }: Model): Promise<StolenPort | undefined> {
  const { bindAddresses, statisticsPort } = balancer.spec;
  const taken = new Set((await Promise.all(tables.map(listenersIn))).flat());
  const wanted: readonly Omit<StolenPort, 'address'>[] = [
    { port: statisticsPort },
    ...[...backends.values()].map(({ id, spec }) => ({ port: spec.port, backend: id })),
  ];
  for (const place of wanted)
    // 0.0.0.0 means inside a container of its own, where nobody else listens.
    for (const address of bindAddresses.filter((each) => each !== '0.0.0.0'))
      if (isTaken(address, place.port, taken)) return { ...place, address };
  return undefined;
}

/** Whether a HAProxy of ours answers all the same: one whose sockets were removed runs on, out of our reach. */
export async function isServed({ balancer }: Model): Promise<boolean> {
  const { host, statisticsPort } = balancer.spec;
  try {
    const url = `http://${host}:${statisticsPort}/health`;
    const answer = await fetch(url, { signal: AbortSignal.timeout(answerMs), redirect: 'manual' });
    return (await answer.text()) === healthy;
  } catch {
    return false;
  }
}

function isTaken(address: string, port: number, taken: ReadonlySet<string>): boolean {
  return taken.has(`${address}:${port}`) || taken.has(`0.0.0.0:${port}`) || taken.has(`*:${port}`);
}

/** `127.0.0.1:8080`, `*:8080` for every address of both families; none where there is no such table. */
async function listenersIn(table: string): Promise<string[]> {
  const text = await readFile(table, 'utf8').catch(() => '');
  return text
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const [, local = '', , state] = line.trim().split(/\s+/);
      const [address = '', port = ''] = local.split(':');
      return state === listening ? [`${readAddress(address)}:${Number.parseInt(port, 16)}`] : [];
    });
}

/** The kernel prints words of 32 bits in the order of the machine, which is little-endian wherever Docker runs. */
function readAddress(hex: string): string {
  if (hex.length === 32 && /^0+$/.test(hex)) return '*';
  const last = hex.slice(-8);
  return [6, 4, 2, 0].map((at) => Number.parseInt(last.slice(at, at + 2), 16)).join('.');
}
