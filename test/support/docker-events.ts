import { createInterface } from 'node:readline';
import { docker, ownerLabel, testLabel } from './docker.ts';
import { eventually } from './eventually.ts';
import type { ContainerEvent, WorldEvents } from './world.ts';

interface EngineEvent {
  readonly Type: string;
  readonly Action: string;
  readonly timeNano: number;
  readonly Actor: { readonly ID: string; readonly Attributes?: Readonly<Record<string, string>> };
}

/** The engine's events that concern one scope, from `open` on. */
export class DockerEvents implements WorldEvents {
  readonly #scope: string;
  readonly #networks: readonly string[];
  readonly #abort = new AbortController();
  readonly #all: EngineEvent[] = [];
  #fences = 0;

  constructor(scope: string, networks: readonly string[]) {
    this.#scope = scope;
    this.#networks = networks;
  }

  async open(): Promise<this> {
    const stream = await docker.getEvents({ abortSignal: this.#abort.signal });
    void this.#collect(stream);
    await this.#fence();
    return this;
  }

  close(): void {
    this.#abort.abort();
  }

  async seen(): Promise<readonly string[]> {
    await this.#fence();
    return this.#all
      .filter((event) => this.#concerns(event))
      .map(({ Type, Action, Actor }) => `${Type} ${Action} ${Actor.Attributes?.['name'] ?? Actor.ID}`);
  }

  async containers(): Promise<readonly ContainerEvent[]> {
    await this.#fence();
    return this.#all
      .filter((event) => event.Type === 'container' && this.#concerns(event))
      .map(({ Action, Actor, timeNano }) => ({
        action: Action,
        containerId: Actor.ID,
        labels: Actor.Attributes ?? {},
        atMs: timeNano / 1e6,
      }));
  }

  /**
   * Makes an event and waits for it: whatever the engine did before has been reported by then. The engine answers a
   * subscriber a little before it subscribes it, so the first event of all may have to be made again.
   */
  async #fence(): Promise<void> {
    const attemptMs = 500;
    await eventually(
      async () => {
        const name = `${this.#scope}-fence-${process.pid}-${++this.#fences}`;
        await docker.createVolume({ Name: name, Labels: { [testLabel]: this.#scope } });
        const hasCome = (): boolean => this.#all.some(({ Type, Actor }) => Type === 'volume' && Actor.ID === name);
        await eventually(hasCome, { timeoutMs: attemptMs });
      },
      { timeoutMs: 20_000 },
    );
  }

  #concerns({ Type, Actor }: EngineEvent): boolean {
    const attributes = Actor.Attributes ?? {};
    if (Type === 'container') return attributes[ownerLabel] === this.#scope;
    if (Type === 'network') return this.#networks.includes(attributes['name'] ?? '');
    return Type === 'volume' && Actor.ID.startsWith(`${this.#scope}-`) && !Actor.ID.includes('-fence-');
  }

  async #collect(stream: NodeJS.ReadableStream): Promise<void> {
    try {
      // Chunks are not aligned to JSON; lines are.
      for await (const line of createInterface({ input: stream })) this.#all.push(JSON.parse(line) as EngineEvent);
    } catch (error) {
      if (!this.#abort.signal.aborted) throw error;
    }
  }
}
