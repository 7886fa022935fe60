import type { ServiceView, TrafficView } from '../api/shapes.ts';
import type { Resource, ResourceKey } from '../core/resource.ts';
import type { OperatorEvent } from '../core/operator-event.ts';
import { isChange } from '../engine/journal.ts';
import type { Operator } from '../engine/operator.ts';
import type { Status } from '../engine/status.ts';
import type { TrafficBook } from '../ports/traffic.ts';
import { serviceView } from './service-view.ts';

/** What a view was made from; made from the same again it is the same again. */
interface Made {
  readonly status: Status;
  readonly resource: Resource | undefined;
  readonly version: number;
  readonly lastEvent: OperatorEvent | undefined;
  readonly traffic: readonly (TrafficView | undefined)[];
  readonly view: ServiceView;
}

/** Views of services. As long as nothing of a service changes its view is the same object, and what is kept by it holds. */
export class ServiceViews {
  readonly #operator: Operator;
  readonly #book: TrafficBook | undefined;
  readonly #made = new Map<ResourceKey, Made>();

  constructor(operator: Operator, book: TrafficBook | undefined) {
    this.#operator = operator;
    this.#book = book;
  }

  get(key: ResourceKey): ServiceView | undefined {
    const { statuses, observation, events } = this.#operator;
    const status = statuses.get(key);
    if (status?.kind !== 'MCPService') {
      this.#made.delete(key);
      return undefined;
    }
    const resource = this.#operator.inForce(key);
    const [version, lastEvent] = [observation.version(key), events.of(key).at(-1)];
    const made = this.#made.get(key);
    const isSame =
      made?.status === status &&
      made.resource === resource &&
      made.version === version &&
      made.lastEvent === lastEvent &&
      this.#isMeasuredSame(key, made);
    if (isSame) return made.view;
    const view = serviceView({
      status,
      resource,
      owned: observation.owned(key),
      lastChange: events.of(key).findLast(({ reason }) => isChange(reason)),
      traffic: this.#book,
    });
    const traffic = [view.traffic, ...view.instances.map((each) => each.traffic)];
    this.#made.set(key, { status, resource, version, lastEvent, traffic, view });
    return view;
  }

  #isMeasuredSame(key: ResourceKey, { traffic, view }: Made): boolean {
    const book = this.#book;
    if (!book) return true;
    const now = [book.service(key), ...view.instances.map(({ id }) => book.instance(id))];
    return now.every((each, index) => isSameTraffic(each, traffic[index]));
  }
}

function isSameTraffic(left: TrafficView | undefined, right: TrafficView | undefined): boolean {
  if (left === right) return true;
  if (!left || !right) return false;
  return (
    left.requests === right.requests &&
    left.errors === right.errors &&
    left.sessions === right.sessions &&
    left.requestsPerSecond === right.requestsPerSecond &&
    left.errorsPerSecond === right.errorsPerSecond &&
    left.p50Ms === right.p50Ms &&
    left.p95Ms === right.p95Ms &&
    left.p99Ms === right.p99Ms
  );
}
