import type { NetworkView, ServiceView, SourceView, StreamMessages, TrafficView } from '../api/shapes.ts';
import type { Shown, WatchedManifests } from '../api/shown.ts';
import type { MCPService } from '../../schemas/types.ts';
import { withoutContents } from '../core/history.ts';
import type { Redact } from '../core/redact.ts';
import { parseKey, type Resource, type ResourceKey } from '../core/resource.ts';
import type { Operator } from '../engine/operator.ts';
import { systemClock, type Clock } from '../ports/clock.ts';
import type { ManifestProblem, Source } from '../ports/source.ts';
import type { TrafficBook } from '../ports/traffic.ts';
import { diskState } from './disk.ts';
import { healthView } from './health-view.ts';
import { instanceViews } from './instance-view.ts';
import { networkView } from './network-view.ts';
import { planView } from './plan-view.ts';
import { portLooks } from './port-looks.ts';
import { ServiceViews } from './service-views.ts';
import { sourceViews } from './source-view.ts';

export interface ShowOptions {
  readonly state: string;
  readonly version: string;
  /** RFC 3339, UTC. */
  readonly startedAt: string;
  /** Where ports that the engine binds answer, if it is on another machine. */
  readonly remoteHost?: string;
  /** Whether histories are shown with the specs, which hold values of variables. */
  readonly withContents?: boolean;
  readonly manifests?: WatchedManifests;
  /** Where manifests come from. */
  readonly sources?: readonly Source[];
  readonly traffic?: TrafficBook;
  readonly clock?: Clock;
  /** Takes secrets out of a text. */
  readonly redact?: Redact;
}

/** What the API shows of an operator. */
export function showOperator(operator: Operator, options: ShowOptions): Shown {
  const { traffic, version, startedAt, clock = systemClock, redact = (text) => text } = options;
  const { observation, statuses, events, commands, store } = operator;
  const services = (): ServiceView[] => ofKind('MCPService').flatMap((key) => service(key) ?? []);
  const networks = (): NetworkView[] => ofKind('MCPNetwork').flatMap((key) => network(key) ?? []);
  const ofKind = (kind: string): ResourceKey[] =>
    statuses.all().flatMap((status) => (status.kind === kind ? [status.key] : []));
  const views = new ServiceViews(operator, traffic);
  const service = (key: ResourceKey): ServiceView | undefined => views.get(key);
  const servicesOf = ({ metadata: { name, namespace } }: Resource): string[] =>
    ofKind('MCPService').flatMap((key) => {
      // Of kind MCPService, so admission has validated it against that schema.
      const spec = operator.inForce(key)?.spec as MCPService['spec'] | undefined;
      const { namespace: of, name: service } = parseKey(key);
      return of === namespace && spec?.networkRef.name === name ? [service] : [];
    });
  const network = (key: ResourceKey): NetworkView | undefined => {
    const status = statuses.get(key);
    const resource = operator.inForce(key);
    if (status?.kind !== 'MCPNetwork' || !resource) return undefined;
    return networkView({
      status,
      resource,
      owned: observation.owned(key),
      lookup: (ref) => observation.get(ref),
      unreachable: operator.unreachable,
      remoteHost: options.remoteHost,
      services: servicesOf(resource),
    });
  };
  const sources = (): SourceView[] => sourceViews(options.sources ?? [], store, redact);
  return {
    pid: process.pid,
    version,
    startedAt,
    clock,
    redact,
    ...(options.manifests && { manifests: options.manifests }),
    statuses: () => statuses.all(),
    problems: () => store.problems.map((problem) => redactProblem(problem, redact)),
    eventsOf: (key) => events.of(key),
    history: (key) => (options.withContents ? commands.history(key) : withoutContents(commands.history(key))),
    health: () =>
      healthView({
        statuses: statuses.all(),
        networks: networks(),
        unreachable: operator.unreachable,
        problems: store.problems.length,
        pruneBlock: store.pruneBlock,
        sources: sources(),
        disk: diskState(options.state),
        operator: { pid: process.pid, version, startedAt },
      }),
    services,
    service,
    networks,
    network,
    instances: () =>
      operator.keys().flatMap((key) => service(key)?.instances ?? instanceViews(observation.owned(key), traffic)),
    ports: portLooks(operator, clock, options.remoteHost === undefined),
    events: () => events.newest(),
    sources,
    plan: () => planView(operator.currentPlans(), redact),
    traffic: () => trafficOf(services()),
    subscribe: (news) => {
      const ends = [
        statuses.subscribe(({ key }) => {
          news.changed(key);
        }),
        events.subscribe((event) => {
          news.happened(event);
        }),
        traffic?.subscribe(() => {
          news.measured();
        }),
      ];
      return () => {
        for (const end of ends) end?.();
      };
    },
  };
}

/** A manifest may hold the value of a secret where none belongs. */
function redactProblem(problem: ManifestProblem, redact: Redact): ManifestProblem {
  return { ...problem, message: redact(problem.message), remedy: redact(problem.remedy) };
}

function trafficOf(services: readonly ServiceView[]): StreamMessages['traffic'] {
  const measured = <View extends { readonly traffic?: TrafficView }>(
    views: readonly View[],
    nameOf: (view: View) => string,
  ): Record<string, TrafficView> =>
    Object.fromEntries(views.flatMap((view) => (view.traffic ? [[nameOf(view), view.traffic]] : [])));
  return {
    services: measured(services, ({ key }) => key),
    instances: measured(
      services.flatMap(({ instances }) => instances),
      ({ id }) => id,
    ),
  };
}
