import { isDeepStrictEqual } from 'node:util';
import type { ClusterApi } from '../../cluster/api.ts';
import { pathOf } from '../../cluster/objects.ts';
import { parseKey, type ResourceKey } from '../../core/resource.ts';
import type { Report, ReportContext } from '../../ports/reports.ts';
import { apiVersion, declaredKinds, type Declared } from './declared.ts';
import { keepingTimes, statusBody, type StatusBody } from './status-body.ts';
import { WriteLine } from './write-line.ts';

const manager = 'mcpnet-status';
/** Steps of a rollout come in bursts; whoever waits for Ready is told of it at once all the same. */
const gatherMs = 100;

export interface StatusWriterOptions {
  readonly api: ClusterApi;
  readonly objectOf: (key: ResourceKey) => Declared | undefined;
  readonly selectorOf?: (key: ResourceKey) => string;
  readonly context: ReportContext;
  readonly signal: AbortSignal;
}

/** Keeps the status of objects true, by server-side apply and only where it differs from what the object says. */
export class StatusWriter {
  readonly #options: StatusWriterOptions;
  readonly #reports = new Map<ResourceKey, Report>();
  /** What was written last, as long as the source has not shown the object since: it may be behind. */
  readonly #written = new Map<
    ResourceKey,
    { readonly uid: string; readonly body: StatusBody; readonly version: string }
  >();
  readonly #line: WriteLine;

  constructor(options: StatusWriterOptions) {
    const { context, signal } = options;
    this.#options = options;
    this.#line = new WriteLine({ what: 'status', context, signal, gatherMs, write: (key) => this.#write(key) });
  }

  tell(report: Report): void {
    this.#reports.set(report.key, report);
    if (this.#options.objectOf(report.key)) this.#line.add(report.key);
  }

  /** Somebody may have written into the status, or an object has come that was reported on before. */
  seen(key: ResourceKey, object: Declared): void {
    const written = this.#written.get(key);
    if (written && written.version === object.metadata.resourceVersion) return;
    if (this.#reports.has(key)) this.#line.add(key);
  }

  async #write(key: ResourceKey): Promise<void> {
    const { api, objectOf, selectorOf, context, signal } = this.#options;
    const [report, object] = [this.#reports.get(key), objectOf(key)];
    if (!report || !object) {
      this.#written.delete(key);
      if (!object) this.#reports.delete(key);
      return;
    }
    const { kind, namespace, name } = parseKey(key);
    const selector = kind === 'MCPService' ? selectorOf?.(key) : undefined;
    const body = keepingTimes(statusBody(report, object, context.ownerOf(key), selector), object);
    const { uid = '' } = object.metadata;
    const written = this.#written.get(key);
    const current = written?.uid === uid && isAhead(written.version, object) ? written.body : object.status;
    if (isDeepStrictEqual(current, body)) return;
    const plural = declaredKinds.find((each) => each.kind === kind)?.plural ?? '';
    const applied = await api.apply<Declared>(
      `${pathOf({ apiVersion, plural }, namespace, name)}/status`,
      manager,
      { apiVersion, kind, metadata: { name, namespace, uid }, status: body },
      signal,
    );
    this.#written.set(key, { uid, body, version: applied.metadata.resourceVersion ?? '' });
  }
}

/** Whether the source has not shown what was written yet. Versions of one kind's objects only ever grow. */
function isAhead(version: string, { metadata: { resourceVersion = '0' } }: Declared): boolean {
  return BigInt(version || '0') > BigInt(resourceVersion || '0');
}
