import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { Fault } from '../core/fault.ts';
import { itemTypes, type ItemRef } from '../core/item.ts';
import type { Result } from '../core/history.ts';
import type { Action } from '../core/plan.ts';
import { parseKey, type ResourceKey } from '../core/resource.ts';
import type { Instruments, PassResult } from '../ports/instruments.ts';
import { isDriftRepair, isStart } from './repairs.ts';

const controllers = ['mcpservice', 'mcpnetwork'];
const passResults: readonly PassResult[] = ['success', 'requeue_after', 'error'];
const rolloutResults = ['Serving', 'Failed'] satisfies readonly Result[];
/** The one queue of the engine. */
const queue = { name: 'operator' };
/** Passes take microseconds: finer than controller-runtime's at the lower end. */
const passBuckets = [0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1];
const callBuckets = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** What the engine does, by the names of controller-runtime where it has some. Series are few, whatever runs. */
export class EngineMetrics implements Instruments {
  /** How often replicas were started anew, by key of the service; without services that are gone. */
  readonly restarts = new Map<ResourceKey, number>();
  /** Passes since the operator started. */
  passes = 0;
  /** Called when a revision has come to another result. */
  onRollout: (key: ResourceKey, result: Result) => void = () => undefined;
  /** Workloads that were made and never ran yet. */
  readonly #prepared = new Set<string>();
  readonly #reconciles: Counter<'controller' | 'result'>;
  readonly #reconcileErrors: Counter<'controller'>;
  readonly #reconcileTime: Histogram<'controller'>;
  readonly #adds: Counter<'name'>;
  readonly #retries: Counter<'name'>;
  readonly #queueTime: Histogram<'name'>;
  readonly #workTime: Histogram<'name'>;
  readonly #probes: Counter<'result'>;
  readonly #rollouts: Counter<'result'>;
  readonly #repairs: Counter<'kind'>;
  readonly #calls: Histogram<'driver' | 'verb'>;
  readonly #callFaults: Counter<'driver' | 'verb'>;

  constructor(registry: Registry, load: () => { readonly queued: number; readonly active: number }) {
    const registers = [registry];
    const perController = ['controller'] as const;
    this.#reconciles = new Counter({
      name: 'controller_runtime_reconcile_total',
      help: 'Passes over resources, by kind and result.',
      labelNames: ['controller', 'result'],
      registers,
    });
    this.#reconcileErrors = new Counter({
      name: 'controller_runtime_reconcile_errors_total',
      help: 'Passes that failed.',
      labelNames: perController,
      registers,
    });
    this.#reconcileTime = new Histogram({
      name: 'controller_runtime_reconcile_time_seconds',
      help: 'Time that a pass takes.',
      labelNames: perController,
      buckets: passBuckets,
      registers,
    });
    for (const controller of controllers) {
      for (const result of passResults) this.#reconciles.inc({ controller, result }, 0);
      this.#reconcileErrors.inc({ controller }, 0);
    }
    this.#adds = counter('workqueue_adds_total', 'Keys put into the queue.', ['name'], registers);
    this.#retries = counter('workqueue_retries_total', 'Keys to be looked at again later.', ['name'], registers);
    this.#adds.inc(queue, 0);
    this.#retries.inc(queue, 0);
    this.#queueTime = new Histogram({
      name: 'workqueue_queue_duration_seconds',
      help: 'Time that a key waits in the queue.',
      labelNames: ['name'],
      buckets: passBuckets,
      registers,
    });
    this.#workTime = new Histogram({
      name: 'workqueue_work_duration_seconds',
      help: 'Time that a key from the queue is worked on.',
      labelNames: ['name'],
      buckets: passBuckets,
      registers,
    });
    gauge('workqueue_depth', 'Keys in the queue.', ['name'], registry, (of) => {
      of.set(queue, load().queued);
    });
    gauge('controller_runtime_active_workers', 'Passes that run.', ['controller'], registry, (of) => {
      of.set({ controller: 'operator' }, load().active);
    });
    this.#probes = counter('mcpnet_probe_total', 'Probes of starting replicas, by result.', ['result'], registers);
    for (const result of ['success', 'failure']) this.#probes.inc({ result }, 0);
    this.#rollouts = counter('mcpnet_rollouts_total', 'Revisions that came to a result.', ['result'], registers);
    for (const result of rolloutResults) this.#rollouts.inc({ result: result.toLowerCase() }, 0);
    this.#repairs = counter('mcpnet_drift_repairs_total', 'Changes by others that were undone.', ['kind'], registers);
    for (const kind of itemTypes) this.#repairs.inc({ kind }, 0);
    this.#calls = new Histogram({
      name: 'mcpnet_driver_call_duration_seconds',
      help: 'Time of calls to Docker, Consul and HAProxy, by what was asked of them.',
      labelNames: ['driver', 'verb'],
      buckets: callBuckets,
      registers,
    });
    this.#callFaults = counter(
      'mcpnet_driver_call_faults_total',
      'Such calls that failed.',
      ['driver', 'verb'],
      registers,
    );
  }

  pass(key: ResourceKey, work: () => PassResult): void {
    const controller = parseKey(key).kind.toLowerCase();
    const startMs = performance.now();
    const result = work();
    const seconds = (performance.now() - startMs) / 1000;
    this.passes++;
    this.#reconciles.inc({ controller, result });
    if (result === 'error') this.#reconcileErrors.inc({ controller });
    this.#reconcileTime.observe({ controller }, seconds);
    this.#workTime.observe(queue, seconds);
  }

  enqueued(): void {
    this.#adds.inc(queue);
  }

  requeued(): void {
    this.#retries.inc(queue);
  }

  dequeued(waitedMs: number): void {
    this.#queueTime.observe(queue, waitedMs / 1000);
  }

  actionEnded(key: ResourceKey, action: Action, fault: Fault | undefined): void {
    if (fault) return;
    if (isDriftRepair(action)) this.#repairs.inc({ kind: action.item.type });
    if (action.verb === 'remove') this.#forget(key, action.item);
    else if (action.verb === 'prepare') this.#prepared.add(action.item.id);
    else if (isStart(action) && !this.#prepared.delete(action.item.id))
      this.restarts.set(key, (this.restarts.get(key) ?? 0) + 1);
  }

  /** The backend goes with its service, and only then. */
  #forget(key: ResourceKey, { type, id }: ItemRef): void {
    if (type === 'workload') this.#prepared.delete(id);
    else if (type === 'backend') this.restarts.delete(key);
  }

  revisionSettled(key: ResourceKey, result: Result): void {
    this.onRollout(key, result);
    if (rolloutResults.some((each) => each === result)) this.#rollouts.inc({ result: result.toLowerCase() });
  }

  probed(isWell: boolean): void {
    this.#probes.inc({ result: isWell ? 'success' : 'failure' });
  }

  called(driver: string, verb: string, seconds: number, isFault: boolean): void {
    this.#calls.observe({ driver, verb }, seconds);
    if (isFault) this.#callFaults.inc({ driver, verb });
  }
}

function counter<Label extends string>(
  name: string,
  help: string,
  labelNames: Label[],
  registers: Registry[],
): Counter<Label> {
  return new Counter({ name, help, labelNames, registers });
}

function gauge<Label extends string>(
  name: string,
  help: string,
  labelNames: Label[],
  registry: Registry,
  collect: (gauge: Gauge<Label>) => void,
): void {
  registry.registerMetric(
    new Gauge({
      name,
      help,
      labelNames,
      registers: [],
      collect() {
        collect(this);
      },
    }),
  );
}
