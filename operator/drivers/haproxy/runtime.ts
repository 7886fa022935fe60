import { Fault } from '../../core/fault.ts';
import { countersCommand, parseCounters, type Counters } from './counters.ts';
import { serverName, type ServerEntry } from './model.ts';
import { structureVariable } from './render-global.ts';
import { serverParameters } from './render-service.ts';
import { parseStat, parseStates, type ServerRow } from './server-rows.ts';
import type { Ask } from './socket.ts';

/** Beyond it one question for all is cheaper. */
const mostAskedOneByOne = 50;

/** A running process: what it does, and how it is told to do something else. */
export interface Runtime {
  /** Whether it serves out what it has and takes nothing new: it is told of changes, and nobody waits for it. */
  readonly isLeaving?: boolean;
  /** Hash of the structure (or, if not dynamic, of the whole configuration) that runs; undefined if nothing does. */
  structure(signal: AbortSignal): Promise<string | undefined>;
  servers(signal: AbortSignal): Promise<ServerRow[]>;
  /** What the process has counted. @throws Fault transient `BalancerUnreachable` */
  counters(signal: AbortSignal): Promise<Counters>;
  /** Takes a file of the balancer's directory to where the process can read it. */
  deliver(fileName: string, content: readonly Buffer[]): Promise<void>;
  /** Takes the configuration to where a process that starts again finds it, soon; nothing where it is there already. */
  remember?(content: readonly Buffer[]): void;
  /** Told that it was seen to have everything that it should have: clients may be led to it, where others can serve them. */
  confirm?(): void;
  /** @throws Fault transient `BalancerRejected` with HAProxy's own words if it refuses the file; the old workers go on. */
  reload(signal: AbortSignal, wanted: string): Promise<void>;
  /** @param state `drain`: it serves the sessions that name it, and nothing new yet; `ready` if not given */
  addServer(server: ServerEntry, signal: AbortSignal, state?: ServerState): Promise<void>;
  /** Lets nothing new reach the server. */
  retireServer(server: ServerEntry, signal: AbortSignal): Promise<void>;
  /** Lets requests in flight end within `graceMs`, ends what is open then, and takes a retired server away. */
  removeServer(server: ServerEntry, graceMs: number, signal: AbortSignal): Promise<void>;
  /** Returns whether the process has the server at all. */
  set(server: ServerEntry, what: readonly ServerSetting[], signal: AbortSignal): Promise<boolean>;
}

export type ServerState = 'ready' | 'drain';
export type ServerSetting = `state ${ServerState}` | `weight ${number}` | `addr ${string} port ${number}`;

/** A process that answers commands at its two sockets; its files are where it can read them. */
export class SocketRuntime implements Runtime {
  readonly #ask: Ask;

  constructor(ask: Ask) {
    this.#ask = ask;
  }

  /** Hash of the structure that the process was started with; undefined if none runs. */
  async structure(signal: AbortSignal): Promise<string | undefined> {
    try {
      const answer = await this.#ask('admin', `show env ${structureVariable}`, signal, 2_000);
      return answer.trim().split('=')[1] ?? '';
    } catch {
      return undefined;
    }
  }

  async servers(signal: AbortSignal): Promise<ServerRow[]> {
    const rows = parseStates(await this.#ask('admin', 'show servers state', signal));
    const told = rows.filter(hasMoreToTell);
    if (told.length === 0) return rows;
    // -1: every proxy, 4: servers only, -1: every server.
    const few = told.map(({ backendNumber, serverNumber }) => `show stat ${backendNumber} 4 ${serverNumber}`);
    const command = told.length > mostAskedOneByOne ? 'show stat -1 4 -1' : few.join('; ');
    const details = new Map(parseStat(await this.#ask('admin', command, signal)).map((row) => [placeOf(row), row]));
    return rows.map((row) => details.get(placeOf(row)) ?? row);
  }

  async counters(signal: AbortSignal): Promise<Counters> {
    return parseCounters(await this.#ask('admin', countersCommand, signal));
  }

  async deliver(_fileName: string, _content: readonly Buffer[]): Promise<void> {
    // The directory is mounted: the file is there.
  }

  async reload(signal: AbortSignal): Promise<void> {
    const answer = await this.#ask('master', 'reload', signal, 30_000);
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

  async addServer(server: ServerEntry, signal: AbortSignal, state: ServerState = 'ready'): Promise<void> {
    const name = qualifiedName(server);
    const add = `add server ${name} ${serverParameters(server)}; enable health ${name}; ${state === 'ready' ? `enable server ${name}` : `set server ${name} state drain`}`;
    let answer = await this.#ask('admin', add, signal);
    if (answer.includes('Already exists')) {
      await this.retireServer(server, signal);
      await this.removeServer(server, 0, signal);
      answer = await this.#ask('admin', add, signal);
    }
    if (!answer.includes('New server registered')) throw rejected(add, answer);
  }

  async retireServer(server: ServerEntry, signal: AbortSignal): Promise<void> {
    const retire = `set server ${qualifiedName(server)} state maint`;
    const answer = await this.#ask('admin', retire, signal);
    if (answer.trim() !== '' && !answer.includes('No such server')) throw rejected(retire, answer);
  }

  async removeServer(server: ServerEntry, graceMs: number, signal: AbortSignal): Promise<void> {
    const name = qualifiedName(server);
    const remove = `wait ${graceMs}ms srv-removable ${name}; shutdown sessions server ${name}; wait 3s srv-removable ${name}; del server ${name}`;
    const answer = await this.#ask('admin', remove, signal, graceMs + 10_000);
    if (!answer.includes('Server deleted') && !answer.includes('No such server')) throw rejected(remove, answer);
  }

  async set(server: ServerEntry, what: readonly ServerSetting[], signal: AbortSignal): Promise<boolean> {
    const command = what.map((each) => `set server ${qualifiedName(server)} ${each}`).join('; ');
    const answer = await this.#ask('admin', command, signal);
    if (answer.includes('No such server')) return false;
    // A change of an address is told in words, and so is that there was nothing to change.
    const refusals = answer.split('\n').filter((line) => line !== '' && !/changed|no need to change/.test(line));
    if (refusals.length > 0) throw rejected(command, refusals.join(' '));
    return true;
  }
}

/** Why it is down, and how many sessions a drain still waits for, stands elsewhere. */
function hasMoreToTell({ status, weight }: ServerRow): boolean {
  return status === 'DOWN' || status === 'DRAIN' || weight === 0;
}

function placeOf({ backend, name }: ServerRow): string {
  return `${backend}/${name}`;
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
