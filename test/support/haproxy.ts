import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { ask } from './http.ts';

/** Row of the statistics, by the CSV's column names. */
export type StatRow = Readonly<Record<string, string>>;

/** The running HAProxy of a test's network, asked beside the operator: by its sockets and its statistics page. */
export class HaproxyView {
  readonly #directory: string;
  readonly #statisticsPort: number;

  constructor(stateDirectory: string, statisticsPort: number) {
    this.#directory = join(stateDirectory, 'haproxy', 'default');
    this.#statisticsPort = statisticsPort;
  }

  get configPath(): string {
    return join(this.#directory, 'haproxy.cfg');
  }

  /** `Pid: 8`, `Uptime_sec: 12`, ... as a record. */
  async info(): Promise<Readonly<Record<string, string>>> {
    const text = await this.ask('admin', 'show info');
    return Object.fromEntries(
      text
        .split('\n')
        .filter((line) => line.includes(':'))
        .map((line) => {
          const colon = line.indexOf(':');
          return [line.slice(0, colon), line.slice(colon + 1).trim()];
        }),
    );
  }

  /** Process id of the worker that serves now, within its container. Another one after every reload. */
  async workerPid(): Promise<number> {
    return Number((await this.info())['Pid']);
  }

  /** How often the master has reloaded since it started, from `show proc`; 0 where no HAProxy runs yet. */
  async reloads(): Promise<number> {
    if (!(await this.isThere())) return 0;
    const text = await this.ask('master', 'show proc; quit');
    const master = text.split('\n').find((line) => /^\d+\s+master/.test(line));
    if (master === undefined) throw new Error(`"show proc" names no master: ${text}`);
    return Number(master.trim().split(/\s+/)[2]);
  }

  /** What somebody may tell the running process at its socket. */
  command(command: string): Promise<string> {
    return this.ask('admin', command);
  }

  /** As somebody would by hand; the answer comes when the new worker serves, or has failed to. */
  async reload(): Promise<void> {
    const answer = await this.ask('master', 'reload; quit', 20_000);
    if (!answer.startsWith('Success=1')) throw new Error(`HAProxy did not reload: ${answer}`);
  }

  /** Number of worker processes: the one that serves now, and old ones that live for their open streams. */
  async workers(): Promise<number> {
    const text = await this.ask('master', 'show proc; quit');
    return text.split('\n').filter((line) => /^\d+\s+worker/.test(line)).length;
  }

  async rows(): Promise<readonly StatRow[]> {
    const { body } = await ask(`${await this.statisticsUrl()}/stats;csv`);
    const [header = '', ...lines] = body.replace(/^# /, '').trim().split('\n');
    const names = header.split(',');
    return lines.map((line) => Object.fromEntries(line.split(',').map((cell, index) => [names[index] ?? '', cell])));
  }

  /** The replicas of a service as the statistics page shows them. */
  async servers(backend: string): Promise<readonly StatRow[]> {
    return (await this.rows()).filter(
      ({ pxname, svname }) => pxname === backend && !['FRONTEND', 'BACKEND'].includes(svname ?? ''),
    );
  }

  async page(): Promise<string> {
    return (await ask(`${await this.statisticsUrl()}/stats`)).body;
  }

  /** What the running worker answers to a command of its runtime API (management guide, 9.3). */
  tell(command: string): Promise<string> {
    return this.ask('admin', command);
  }

  protected statisticsUrl(): Promise<string> {
    return Promise.resolve(`http://127.0.0.1:${this.#statisticsPort}`);
  }

  /** Whether one was started. */
  protected isThere(): Promise<boolean> {
    return Promise.resolve(existsSync(join(this.#directory, 'master.sock')));
  }

  /** What one of HAProxy's two sockets answers. */
  protected ask(name: 'admin' | 'master', command: string, deadlineMs = 5_000): Promise<string> {
    return new Promise((resolve, reject) => {
      const socket = connect(join(this.#directory, `${name}.sock`));
      const chunks: Buffer[] = [];
      socket.setTimeout(deadlineMs, () => socket.destroy(new Error(`HAProxy does not answer "${command}"`)));
      // Half-closed: the master's socket stays open after an answer otherwise. These commands are answered at once.
      socket.on('connect', () => socket.end(`${command}\n`));
      socket.on('data', (chunk) => chunks.push(chunk));
      socket.on('error', reject);
      socket.on('close', () => resolve(Buffer.concat(chunks).toString('utf8')));
    });
  }
}
