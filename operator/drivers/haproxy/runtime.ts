import { join } from 'node:path';
import { Fault } from '../../core/fault.ts';
import { serverName, type ServerEntry } from './model.ts';
import { serverParameters, structureVariable } from './render.ts';
import { ask } from './socket.ts';

/** One row of `show stat` that is about a server. */
export interface ServerRow {
  readonly backend: string;
  readonly name: string;
  /** `UP`, `DOWN`, `DRAIN`, `MAINT`, `no check`, with details as HAProxy prints them. */
  readonly status: string;
  readonly weight: number;
  /** `10.0.0.2:3000`; empty where it is not told. */
  readonly address: string;
  readonly connections: number;
  readonly lastCheck: string;
}

/** The running process: what it does, and how it is told to do something else. */
export interface Runtime {
  /** Whether servers can be changed without a reload. */
  readonly isDynamic: boolean;
  /** Hash of the structure (or, if not dynamic, of the whole configuration) that runs; undefined if nothing does. */
  structure(signal: AbortSignal): Promise<string | undefined>;
  servers(signal: AbortSignal): Promise<ServerRow[]>;
  /** Takes a file of the balancer's directory to where the process can read it. */
  deliver(fileName: string, text: string): Promise<void>;
  /** @throws Fault transient `BalancerRejected` with HAProxy's own words if it refuses the file; the old workers go on. */
  reload(signal: AbortSignal, wanted: string): Promise<void>;
  addServer(server: ServerEntry, signal: AbortSignal): Promise<void>;
  /** Lets nothing new reach the server. */
  retireServer(server: ServerEntry, signal: AbortSignal): Promise<void>;
  /** Lets requests in flight end within `graceMs`, ends what is open then, and takes a retired server away. */
  removeServer(server: ServerEntry, graceMs: number, signal: AbortSignal): Promise<void>;
  set(server: ServerEntry, what: ServerSetting, signal: AbortSignal): Promise<void>;
}

export type ServerSetting = `state ${'ready' | 'drain'}` | `weight ${number}` | `addr ${string} port ${number}`;

/** A process whose directory is mounted from this machine, by the two sockets that it makes there. */
export class SocketRuntime implements Runtime {
  readonly isDynamic = true;
  readonly #admin: string;
  readonly #master: string;

  constructor(directory: string) {
    this.#admin = join(directory, 'admin.sock');
    this.#master = join(directory, 'master.sock');
  }

  /** Hash of the structure that the process was started with; undefined if none runs. */
  async structure(signal: AbortSignal): Promise<string | undefined> {
    try {
      const answer = await ask(this.#admin, `show env ${structureVariable}`, signal, 2_000);
      return answer.trim().split('=')[1] ?? '';
    } catch {
      return undefined;
    }
  }

  async servers(signal: AbortSignal): Promise<ServerRow[]> {
    // -1: every proxy; 4: servers only; -1: every server.
    return parseStat(await ask(this.#admin, 'show stat -1 4 -1', signal));
  }

  async deliver(): Promise<void> {
    // The directory is mounted: the file is there.
  }

  async reload(signal: AbortSignal): Promise<void> {
    const answer = await ask(this.#master, 'reload', signal, 30_000);
    if (answer.startsWith('Success=1')) return;
    const why = answer
      .split('\n')
      .filter((line) => line.includes('ALERT'))
      .join(' ')
      .slice(0, 500);
    throw new Fault(
      'transient',
      'BalancerRejected',
      `HAProxy refused its new configuration and goes on with the old one: ${why || answer.slice(0, 200)}`,
    );
  }

  async addServer(server: ServerEntry, signal: AbortSignal): Promise<void> {
    const name = qualifiedName(server);
    const add = `add server ${name} ${serverParameters(server)}; enable health ${name}; enable server ${name}`;
    let answer = await ask(this.#admin, add, signal);
    if (answer.includes('Already exists')) {
      await this.retireServer(server, signal);
      await this.removeServer(server, 0, signal);
      answer = await ask(this.#admin, add, signal);
    }
    if (!answer.includes('New server registered')) throw rejected(add, answer);
  }

  async retireServer(server: ServerEntry, signal: AbortSignal): Promise<void> {
    const retire = `set server ${qualifiedName(server)} state maint`;
    const answer = await ask(this.#admin, retire, signal);
    if (answer.trim() !== '' && !answer.includes('No such server')) throw rejected(retire, answer);
  }

  async removeServer(server: ServerEntry, graceMs: number, signal: AbortSignal): Promise<void> {
    const name = qualifiedName(server);
    const remove = `wait ${graceMs}ms srv-removable ${name}; shutdown sessions server ${name}; wait 3s srv-removable ${name}; del server ${name}`;
    const answer = await ask(this.#admin, remove, signal, graceMs + 10_000);
    if (!answer.includes('Server deleted') && !answer.includes('No such server')) throw rejected(remove, answer);
  }

  async set(server: ServerEntry, what: ServerSetting, signal: AbortSignal): Promise<void> {
    const command = `set server ${qualifiedName(server)} ${what}`;
    const answer = await ask(this.#admin, command, signal);
    // A change of an address is told in words.
    if (answer.trim() !== '' && !what.startsWith('addr')) throw rejected(command, answer);
  }
}

function qualifiedName(server: ServerEntry): string {
  return `${server.spec.backend}/${serverName(server)}`;
}

/** Rejections come as plain text without a code. */
function rejected(command: string, answer: string): Fault {
  return new Fault(
    'transient',
    'BalancerRejected',
    `HAProxy refused "${command.split(';', 1)[0] ?? ''}": ${answer.trim().slice(0, 300)}`,
  );
}

export function parseStat(csv: string): ServerRow[] {
  const [header = '', ...rows] = csv
    .replace(/^# /, '')
    .split('\n')
    .filter((line) => line !== '');
  const names = header.split(',');
  const column = (name: string): number => names.indexOf(name);
  const at = {
    backend: column('pxname'),
    name: column('svname'),
    status: column('status'),
    weight: column('weight'),
    address: column('addr'),
    connections: column('scur'),
    lastCheck: column('last_chk'),
  };
  return rows.map((row) => {
    const cells = row.split(',');
    const cell = (index: number): string => cells[index] ?? '';
    return {
      backend: cell(at.backend),
      name: cell(at.name),
      status: cell(at.status),
      weight: Number(cell(at.weight)),
      address: cell(at.address),
      connections: Number(cell(at.connections)),
      lastCheck: cell(at.lastCheck),
    };
  });
}
