import type { JSX } from 'preact';
import type { NetworkView, ServiceView } from '../../api/shapes.ts';
import { useNow } from '../data/use-now.ts';
import { useWidth } from '../data/use-width.ts';
import { servicesOf, trafficOf, type World } from '../data/world.ts';
import { Badge, serviceMood } from '../parts/badge.tsx';
import { Notice } from '../parts/notice.tsx';
import { linkTo, type Route } from '../router.ts';
import { counted } from '../text/format.ts';
import { Details } from '../topology/details.tsx';
import { Diagram } from '../topology/diagram.tsx';
import { layOut } from '../topology/layout.ts';

/** A picture of more services than this is looked at by nobody; the table has them all. */
const mostServices = 60;

/** Each network as a picture: who talks to whom, how much, and how well. */
export function TopologyView({ world, route }: { world: World; route: Route }): JSX.Element {
  const selected = route.query.get('select') ?? undefined;
  const networks = [...world.networks.values()].sort((one, other) => one.key.localeCompare(other.key));
  return (
    <>
      <h1 class={networks.length === 1 ? 'hidden' : ''}>Topology</h1>
      {networks.length === 0 && (
        <Notice title="There is no network yet">
          Put a manifest of kind MCPNetwork into the directory that the operator watches; it appears here by itself.
        </Notice>
      )}
      {networks.map((network, index) => (
        <NetworkPicture key={network.key} world={world} network={network} selected={selected} first={index === 0} />
      ))}
    </>
  );
}

function NetworkPicture({
  world,
  network,
  selected,
  first,
}: {
  world: World;
  network: NetworkView;
  selected: string | undefined;
  first: boolean;
}): JSX.Element {
  const nowMs = useNow();
  const [frame, width] = useWidth<HTMLDivElement>();
  const own = servicesOf(world).filter((each) => isOf(each, network));
  const shown = mostUrgent(own);
  const [chosenNetwork, chosen] = splitSelection(selected, network, first);
  const isOpen = chosenNetwork && chosen !== undefined;
  return (
    <section aria-label={`Network ${network.name}`} class="network">
      <div class="view-head">
        <h2 class="network-name">
          <a href={linkTo('topology', [], { select: network.key })}>{network.name}</a>
        </h2>
        <Badge
          mood={network.ready === 'True' ? 'ok' : network.ready === 'Unknown' ? 'busy' : 'bad'}
          word={network.ready === 'True' ? 'Network ready' : 'Network not ready'}
        />
        <span class="muted">{network.ready === 'True' ? counted(own.length, 'service') : network.message}</span>
      </div>
      <div class={`network-body${isOpen ? ' has-details' : ''}`}>
        <div class="picture" ref={frame}>
          {width > 0 && (
            <Diagram
              network={network}
              layout={layOut(shown, width)}
              selected={chosen}
              linkOf={(node) =>
                linkTo('topology', [], { select: node.includes('/') ? node : `${network.key}#${node}` })
              }
              traffic={(service) => trafficOf(world, service)}
              instanceTraffic={(instance) => world.instanceTraffic[instance.id] ?? instance.traffic}
            />
          )}
          {own.length === 0 && (
            <Notice title="No service is in this network yet">
              Put a manifest of kind MCPService into the directory that the operator watches.
            </Notice>
          )}
          {own.length > shown.length && (
            <p class="muted">
              {shown.length} of {own.length} services are drawn, those that are not ready first.{' '}
              <a href={linkTo('services')}>See all in the table</a>
            </p>
          )}
        </div>
        {isOpen && <Details world={world} network={network} selected={chosen} nowMs={nowMs} />}
      </div>
    </section>
  );
}

/** What is selected, if it is of this network: `KEY` of a service or network, or `KEY-OF-NETWORK#PART`. */
function splitSelection(
  selected: string | undefined,
  network: NetworkView,
  first: boolean,
): readonly [boolean, string | undefined] {
  if (selected === undefined) return [false, undefined];
  const [key = '', part] = selected.split('#');
  if (part !== undefined) return [key === network.key, part];
  if (key === network.key) return [true, key];
  const name = key.split('/').at(-1) ?? '';
  return [
    network.services.includes(name) || network.services.includes(key) || (first && network.services.length === 0),
    key,
  ];
}

function isOf(service: ServiceView, network: NetworkView): boolean {
  return (
    service.network === network.key || (service.network === network.name && service.namespace === network.namespace)
  );
}

function mostUrgent(services: readonly ServiceView[]): readonly ServiceView[] {
  if (services.length <= mostServices) return services;
  const isWell = (service: ServiceView): number => Number(serviceMood(service) === 'ok');
  return [...services].sort((one, other) => isWell(one) - isWell(other)).slice(0, mostServices);
}
