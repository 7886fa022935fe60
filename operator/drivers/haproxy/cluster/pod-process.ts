import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Counters } from '../counters.ts';
import { isUnreachable } from '../fan-out.ts';
import { configName } from '../file.ts';
import { SocketRuntime } from '../runtime.ts';
import { defaultDeadlineMs } from '../socket.ts';
import { callAgent, type AgentCall, type AgentPlace } from './agent-client.ts';

const packs = promisify(gzip);
/** On top of what HAProxy itself may take: the way there. */
const wayMs = 1_000;
const deliverMs = 10_000;
const rememberAfterMs = 200;

/** HAProxy in one Pod, by the program that stands beside it. */
export class PodProcess extends SocketRuntime {
  readonly name: string;
  isLeaving = false;
  readonly #place: AgentPlace;
  readonly #back: () => void;
  #isLost = false;
  #isConfirmed = false;
  #remembered: readonly Buffer[] | undefined;

  /** @param back told when it answers again after it did not */
  constructor(name: string, place: AgentPlace, back: () => void) {
    super((socket, command, signal, deadlineMs = defaultDeadlineMs) =>
      this.#call({
        method: 'POST',
        path: `/ask/${socket}?deadlineMs=${deadlineMs}`,
        body: Buffer.from(command),
        deadlineMs: deadlineMs + wayMs,
        signal,
      }),
    );
    this.name = name;
    this.#place = place;
    this.#back = back;
  }

  /** One that did not answer holds up nothing until it does: it is looked for beside what is done. */
  override structure(signal: AbortSignal): Promise<string | undefined> {
    if (!this.#isLost) return super.structure(signal);
    void super.structure(AbortSignal.timeout(deliverMs)).then((running) => {
      if (running !== undefined && this.#isLost) {
        this.#isLost = false;
        this.#back();
      }
    });
    return Promise.resolve(undefined);
  }

  override async counters(signal: AbortSignal): Promise<Counters> {
    return { ...(await super.counters(signal)), place: this.name };
  }

  override async deliver(fileName: string, content: readonly Buffer[]): Promise<void> {
    // What was to be put there later is older.
    if (fileName === configName) this.#remembered = undefined;
    await this.#call({
      method: 'PUT',
      path: `/files/${fileName}`,
      body: await packs(Buffer.concat(content)),
      headers: { 'content-encoding': 'gzip' },
      deadlineMs: deliverMs,
      signal: AbortSignal.timeout(deliverMs),
    });
  }

  /** Changes of servers come in bursts, and each is in the running process by then. */
  remember(content: readonly Buffer[]): void {
    const isUnderWay = this.#remembered !== undefined;
    this.#remembered = content;
    if (isUnderWay) return;
    setTimeout(() => {
      const latest = this.#remembered;
      this.#remembered = undefined;
      // A Pod that is not reached is looked at when it is back.
      if (latest) void this.deliver(configName, latest).catch(() => undefined);
    }, rememberAfterMs).unref();
  }

  /** Soon, and again if the program beside it does not answer; once it has, nothing is sent any more. */
  confirm(): void {
    if (this.#isConfirmed) return;
    this.#isConfirmed = true;
    const signal = AbortSignal.timeout(deliverMs);
    const call = { method: 'POST', path: '/confirm', body: Buffer.alloc(0), deadlineMs: deliverMs, signal } as const;
    void this.#call(call).catch(() => (this.#isConfirmed = false));
  }

  async #call(call: AgentCall): Promise<string> {
    try {
      return await callAgent(this.#place, call);
    } catch (error) {
      if (isUnreachable(error) && !call.signal.aborted) {
        this.#isLost = true;
        // It may have been started anew.
        this.#isConfirmed = false;
      }
      throw error;
    }
  }
}
