import type { ComponentChildren, JSX } from 'preact';
import type { ServiceView } from '../../api/shapes.ts';
import { HistoryCharts } from '../chart/history-charts.tsx';
import { RangeSwitch, useHistory } from '../chart/range.tsx';
import { useNow } from '../data/use-now.ts';
import { trafficOf, type World } from '../data/world.ts';
import { Badge, serviceMood, serviceWord } from '../parts/badge.tsx';
import { ConditionList } from '../parts/condition-list.tsx';
import { EventTable } from '../parts/event-table.tsx';
import { FactList, type Fact } from '../parts/fact-list.tsx';
import { Notice } from '../parts/notice.tsx';
import { linkTo, type Route } from '../router.ts';
import { figure, shortName } from '../text/format.ts';
import { InstanceTable } from './instance-table.tsx';
import { LogPanel } from './log-panel.tsx';
import { Url } from './service-columns.tsx';

/** All about one service: how it is and why, its instances, their logs, what happened, and how it was. */
export function ServicePage({ world, route }: { world: World; route: Route }): JSX.Element {
  const key = `MCPService/${route.path.join('/')}`;
  const service = world.services.get(key);
  const nowMs = useNow();
  if (!service)
    return (
      <>
        <h1>{shortName(key)}</h1>
        <Notice title={`There is no service ${shortName(key)}`}>
          It may have been removed. <a href={linkTo('services')}>See all services</a>
        </Notice>
      </>
    );
  const events = world.events.filter((each) => each.key === key).slice(0, 50);
  return (
    <>
      <div class="view-head">
        <h1>
          <a class="crumb" href={linkTo('services')}>
            Services
          </a>{' '}
          <span aria-hidden="true" class="muted">
            /
          </span>{' '}
          {shortName(key)}
        </h1>
        <Badge mood={serviceMood(service)} word={serviceWord(service)} />
        <span class="muted">{service.message}</span>
      </div>
      <Facts world={world} service={service} />
      <Section title="Conditions">
        <ConditionList conditions={service.conditions} nowMs={nowMs} />
      </Section>
      <Section title={`Instances (${service.instances.length})`}>
        <InstanceTable world={world} instances={service.instances} nowMs={nowMs} />
      </Section>
      <Section title="Logs">
        <LogPanel instances={service.instances} first={route.query.get('logs') ?? undefined} />
      </Section>
      <ServiceHistory service={service} world={world} />
      <Section title="Events">
        {events.length === 0 ? (
          <Notice title="Nothing has happened to it since the operator started" />
        ) : (
          <EventTable events={events} nowMs={nowMs} withoutResource />
        )}
      </Section>
    </>
  );
}

function ServiceHistory({ service, world }: { service: ServiceView; world: World }): JSX.Element {
  const history = useHistory(service.key, world.operator?.startedAt);
  return (
    <section aria-labelledby="history-title">
      <div class="section-head">
        <h2 id="history-title">History</h2>
        <RangeSwitch range={history.range} onRange={history.choose} />
      </div>
      <HistoryCharts asked={history.asked} serviceKey={service.key} />
    </section>
  );
}

function Section({ title, children }: { title: string; children: ComponentChildren }): JSX.Element {
  const id = `section-${title.toLowerCase().replaceAll(/[^a-z]+/g, '-')}`;
  return (
    <section aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      {children}
    </section>
  );
}

function Facts({ world, service }: { world: World; service: ServiceView }): JSX.Element {
  const traffic = trafficOf(world, service);
  const { serverInfo, labels } = service;
  const facts: readonly Fact[] = [
    ['URL', <Url service={service} />],
    ['Replicas', `${service.readyReplicas} of ${service.replicas} serve`],
    ['Transport', service.transport],
    ['Server', serverInfo ? `${serverInfo.name} ${serverInfo.version}` : 'not known'],
    ['Protocol', serverInfo?.protocolVersion ?? 'not known'],
    ['Revision', service.revision === undefined ? 'not known' : String(service.revision)],
    ['Sessions', figure(traffic?.sessions)],
    ['Requests/s', figure(traffic?.requestsPerSecond)],
    ['Errors/s', figure(traffic?.errorsPerSecond)],
    ['Latency p50 / p95 / p99', latencyText(traffic)],
    ['Requests / errors so far', `${figure(traffic?.requests)} / ${figure(traffic?.errors)}`],
    [
      'Labels',
      Object.entries(labels)
        .map(([name, value]) => `${name}=${value}`)
        .join(', ') || 'none',
    ],
  ];
  return <FactList facts={facts} as="cells" />;
}

function latencyText(traffic: ServiceView['traffic']): string {
  if (traffic?.p50Ms === undefined) return 'no requests lately';
  return `${[traffic.p50Ms, traffic.p95Ms, traffic.p99Ms].map(figure).join(' / ')} ms`;
}
