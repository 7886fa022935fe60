import type { ClusterApi } from '../../cluster/api.ts';
import type { ResourceKey } from '../../core/resource.ts';
import type { OperatorEvent } from '../../core/operator-event.ts';
import type { Report, ReportContext, Reports } from '../../ports/reports.ts';
import { resourceOf, type Declared, type DeclaredKind } from './declared.ts';
import { EventWriter } from './event-writer.ts';
import { Keeper } from './keeper.ts';
import { StatusWriter } from './status-writer.ts';

export interface ClusterReportsOptions {
  readonly api: ClusterApi;
  readonly keepsDeleted: boolean;
  readonly objects: () => Iterable<readonly [ResourceKey, Declared]>;
  readonly objectOf: (key: ResourceKey) => Declared | undefined;
  readonly selectorOf?: (key: ResourceKey) => string;
}

/** Tells the objects of a cluster how they fare: in their status, by events, and by when they may be gone. */
export class ClusterReports implements Reports {
  readonly #options: ClusterReportsOptions;
  #reign:
    { readonly statuses: StatusWriter; readonly events: EventWriter; readonly keeper: Keeper | undefined } | undefined;

  constructor(options: ClusterReportsOptions) {
    this.#options = options;
  }

  begin(context: ReportContext, signal: AbortSignal): void {
    const { keepsDeleted } = this.#options;
    const parts = { ...this.#options, context, signal };
    const reign = {
      statuses: new StatusWriter(parts),
      events: new EventWriter(parts),
      keeper: keepsDeleted ? new Keeper(parts) : undefined,
    };
    this.#reign = reign;
    // Those that were seen before are not shown again.
    for (const [key] of this.#options.objects()) reign.keeper?.look(key);
    signal.addEventListener('abort', () => {
      if (this.#reign === reign) this.#reign = undefined;
    });
  }

  status(report: Report): void {
    this.#reign?.statuses.tell(report);
    this.#reign?.keeper?.look(report.key);
  }

  event(event: OperatorEvent): void {
    this.#reign?.events.tell(event);
  }

  /** An object as it is now. */
  seen(kind: DeclaredKind, object: Declared): void {
    this.#reign?.statuses.seen(resourceOf(kind, object), object);
    this.#reign?.keeper?.look(resourceOf(kind, object));
  }
}
