import type { JSX } from 'preact';
import type { InstanceView, NetworkView, ServiceView, TrafficView } from '../../api/shapes.ts';
import { phaseMood, serviceMood } from '../parts/badge.tsx';
import type { Mood } from '../text/condition-words.ts';
import { counted, cut, figure } from '../text/format.ts';
import { edgePath, type Box, type Layout } from './layout.ts';
import { Node, ReplicaNode, ServiceNode } from './nodes.tsx';

export interface DiagramProps {
  readonly network: NetworkView;
  readonly layout: Layout;
  readonly selected: string | undefined;
  linkOf(node: string): string;
  traffic(service: ServiceView): TrafficView | undefined;
  instanceTraffic(instance: InstanceView): TrafficView | undefined;
}

/** The picture: both networks, what stands in them, and what flows between. Every node is a link. */
export function Diagram(props: DiagramProps): JSX.Element {
  const { network, layout, selected, linkOf } = props;
  const total = totalOf(layout.services.map(({ service }) => props.traffic(service)));
  const node = (id: string): { href: string; selected: boolean } => ({ href: linkOf(id), selected: selected === id });
  return (
    <svg
      class="topology"
      role="group"
      aria-label={`Topology of the network ${network.name}`}
      width={layout.width}
      height={layout.height}
      viewBox={`0 0 ${layout.width} ${layout.height}`}
    >
      <Zone
        box={layout.frontend}
        titleX={16}
        kind="frontend"
        title="frontend network"
        network={network.frontend}
        {...node('frontend')}
      />
      <Zone
        box={layout.internal}
        titleX={layout.isNarrow ? layout.haproxy.x + layout.haproxy.width + 12 : layout.internal.x + 16}
        kind="internal"
        title="internal network"
        network={network.internal}
        {...node('internal')}
      />
      <Edges {...props} total={total} />
      <Node
        box={layout.clients}
        title="Clients"
        lines={[`${figure(total.sessions)} sessions`, `${figure(total.requestsPerSecond)} req/s`]}
        mood="idle"
        {...node('clients')}
      />
      <Node
        box={layout.haproxy}
        title="HAProxy"
        lines={[network.haproxy.ok ? 'balances' : 'not well', `exposure ${network.haproxy.exposure}`]}
        mood={network.haproxy.ok ? 'ok' : 'bad'}
        {...node('haproxy')}
      />
      {network.consul && (
        <Node
          box={layout.consul}
          title="Consul"
          lines={[network.consul.ok ? registered(layout) : 'not well']}
          mood={network.consul.ok ? 'ok' : 'bad'}
          {...node('consul')}
        />
      )}
      {layout.services.map((box) => (
        <ServiceNode
          key={box.service.key}
          box={box}
          traffic={props.traffic(box.service)}
          withTraffic={layout.isNarrow}
          {...node(box.service.key)}
        />
      ))}
      {layout.services.flatMap((box) =>
        box.replicas.map((replica) => (
          <ReplicaNode
            key={replica.instance.id}
            box={replica}
            service={box.service}
            traffic={props.instanceTraffic(replica.instance)}
            {...node(box.service.key)}
          />
        )),
      )}
    </svg>
  );
}

function Zone({
  box,
  kind,
  title,
  network,
  href,
  selected,
  titleX,
}: {
  box: Box;
  titleX: number;
  kind: 'frontend' | 'internal';
  title: string;
  network: NetworkView['frontend'];
  href: string;
  selected: boolean;
}): JSX.Element {
  const state = network.exists ? '' : ' (does not exist)';
  return (
    <g class={`zone zone-${kind}${selected ? ' is-selected' : ''}${network.exists ? '' : ' is-missing'}`}>
      <rect x={box.x + 0.5} y={box.y + 0.5} width={box.width - 1} height={box.height - 1} rx="10" />
      <a href={href} aria-label={`${title} ${network.name}${state}`}>
        <text x={titleX} y={box.y + 22}>
          <tspan class="zone-title">{title}</tspan>{' '}
          <tspan class="zone-name" dx="6">
            {cut(network.name, Math.floor((box.x + box.width - titleX - 134) / 7.2))}
            {state}
          </tspan>
        </text>
      </a>
    </g>
  );
}

type Totals = Pick<TrafficView, 'sessions' | 'requestsPerSecond'>;

function Edges({ layout, traffic, instanceTraffic, total }: DiagramProps & { total: Totals }): JSX.Element {
  const { clients, haproxy, consul, services, railX, isNarrow } = layout;
  const lastY = services.findLast(({ replicas }) => replicas.some(({ instance }) => instance.registered));
  const railEnd = lastY?.replicas.findLast(({ instance }) => instance.registered);
  return (
    <g class="edges" aria-hidden="true">
      <Edge
        path={
          isNarrow ? `M${clients.x + 59} ${clients.y + clients.height}V${haproxy.y}` : edgePath(clients, haproxy, false)
        }
        rate={total.requestsPerSecond}
        mood="ok"
      />
      {railEnd && <path class="rail" d={`M${railX} ${consul.y + consul.height}V${railEnd.y + railEnd.height / 2}`} />}
      {services.map((box) => {
        const flow = traffic(box.service);
        return (
          <g key={box.service.key}>
            <Edge
              path={edgePath(haproxy, box, isNarrow)}
              rate={flow?.requestsPerSecond ?? 0}
              mood={serviceMood(box.service)}
            />
            {box.replicas.map((replica) => (
              <g key={replica.instance.id}>
                {replica.instance.route !== 'none' && !isNarrow && (
                  <Edge
                    path={edgePath(box, replica, false)}
                    rate={instanceTraffic(replica.instance)?.requestsPerSecond ?? 0}
                    mood={phaseMood(replica.instance.phase)}
                  />
                )}
                {replica.instance.registered && (
                  <path class="rail" d={`M${replica.x + replica.width} ${replica.y + replica.height / 2}H${railX}`} />
                )}
              </g>
            ))}
          </g>
        );
      })}
      {/* Last, so that no line runs through a figure. */}
      {!isNarrow && services.map((box) => <EdgeLabel key={box.service.key} box={box} flow={traffic(box.service)} />)}
    </g>
  );
}

/** Thicker and moving where more flows; broken where nothing can. */
function Edge({ path, rate, mood }: { path: string; rate: number; mood: Mood }): JSX.Element {
  const width = 1.2 + Math.min(4, Math.log2(1 + rate) * 0.6);
  return (
    <>
      <path class={`edge edge-${mood}`} d={path} stroke-width={width} />
      {rate > 0 && <path class="flow" d={path} stroke-width={Math.min(width, 2.5)} />}
    </>
  );
}

function EdgeLabel({ box, flow }: { box: Box; flow: TrafficView | undefined }): JSX.Element | null {
  if (!flow) return null;
  const sessions = flow.sessions > 0 ? counted(flow.sessions, 'session') : '';
  const rate = flow.requestsPerSecond > 0 ? `${figure(flow.requestsPerSecond)} req/s` : '';
  const middle = box.y + box.height / 2;
  return (
    <g class="edge-label">
      {rate !== '' && (
        <text x={box.x - 10} y={middle - 7} text-anchor="end">
          {rate}
        </text>
      )}
      {sessions !== '' && (
        <text x={box.x - 10} y={middle + 16} text-anchor="end">
          {sessions}
        </text>
      )}
    </g>
  );
}

function totalOf(all: readonly (TrafficView | undefined)[]): Totals {
  return {
    sessions: all.reduce((sum, each) => sum + (each?.sessions ?? 0), 0),
    requestsPerSecond: all.reduce((sum, each) => sum + (each?.requestsPerSecond ?? 0), 0),
  };
}

function registered({ services }: Layout): string {
  const instances = services.flatMap(({ service }) => service.instances);
  return `${instances.filter((each) => each.registered).length} of ${instances.length} registered`;
}
