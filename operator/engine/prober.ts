import type { Observed, WorkloadItem } from '../core/item.ts';
import type { Clock } from '../ports/clock.ts';
import type { CountSessions, Probe } from '../ports/prober.ts';
import type { Readiness } from './readiness.ts';

export interface ProberDeps {
  readonly probe: Probe;
  readonly countSessions: CountSessions;
  readonly clock: Clock;
  readonly readiness: Readiness;
  readonly signal: AbortSignal;
  /** Whether this start of this container still exists. */
  readonly exists: (workloadId: string, instance: string) => boolean;
  /** Called when readiness knows something new about a workload. */
  readonly news: (workloadId: string) => void;
}

const eagerMs = 50;
const eagerForMs = 10_000;
const patientMs = 1_000;

/** Probes starting instances until they prove themselves or are gone, often at first and then patiently. */
export class Prober {
  readonly #deps: ProberDeps;
  /** What is wanted of the instances being probed, as of the newest manifest. */
  readonly #probing = new Map<string, WorkloadItem>();
  readonly #counting = new Set<string>();

  constructor(deps: ProberDeps) {
    this.#deps = deps;
  }

  /** Sees to it that a running workload is being probed until it is proven. */
  ensure(item: WorkloadItem, observed: Observed): void {
    const { instance, address } = observed.fields;
    if (instance === undefined || address === undefined || this.#deps.readiness.isProven(instance)) return;
    const isRunning = this.#probing.has(instance);
    this.#probing.set(instance, item);
    if (!isRunning) this.#attempt(instance, address, this.#deps.clock.now());
  }

  /** Probes a workload once, for those who only look. */
  async once(item: WorkloadItem, observed: Observed): Promise<void> {
    const { instance, address } = observed.fields;
    if (instance === undefined || address === undefined) return;
    const result = await this.#deps.probe(item.probe, address, this.#deps.signal);
    if (result.ok) this.#deps.readiness.proven(instance, result.fields);
  }

  /** Asks a draining server's replica how many sessions it still holds. */
  count(server: Observed): void {
    const { instance, address, port } = server.fields;
    if (instance === undefined || address === undefined || this.#counting.has(instance)) return;
    this.#counting.add(instance);
    void this.#deps.countSessions(address, Number(port), this.#deps.signal).then((sessions) => {
      this.#counting.delete(instance);
      if (sessions !== undefined && this.#deps.readiness.sessions(instance, sessions))
        this.#deps.news(server.workload ?? server.id);
    });
  }

  #attempt(instance: string, address: string, sinceMs: number): void {
    const item = this.#probing.get(instance);
    if (!item) return;
    void this.#deps.probe(item.probe, address, this.#deps.signal).then((result) => {
      if (this.#deps.signal.aborted || !this.#deps.exists(item.id, instance)) {
        this.#probing.delete(instance);
        return;
      }
      if (result.ok) {
        this.#probing.delete(instance);
        this.#deps.readiness.proven(instance, result.fields);
        this.#deps.news(item.id);
        return;
      }
      const elapsedMs = this.#deps.clock.now() - sinceMs;
      const overdue = elapsedMs > item.probe.startupTimeoutMs;
      if (this.#deps.readiness.failed(instance, result.message, overdue)) this.#deps.news(item.id);
      this.#deps.clock.after(elapsedMs < eagerForMs ? eagerMs : patientMs, () => {
        this.#attempt(instance, address, sinceMs);
      });
    });
  }
}
