import type { JSX } from 'preact';
import type { NetworkView, ServiceView } from '../../api/shapes.ts';
import { trafficOf, type World } from '../data/world.ts';
import { Badge, phaseMood, phaseWord, serviceMood, serviceWord } from '../parts/badge.tsx';
import { ConditionList } from '../parts/condition-list.tsx';
import { FactList, type Fact } from '../parts/fact-list.tsx';
import { Icon } from '../parts/icon.tsx';
import { linkTo, linkToKey } from '../router.ts';
import { figure, shortName } from '../text/format.ts';
import { Url } from '../views/service-columns.tsx';

/** What is known of the node that was chosen in the picture. */
export function Details({
  world,
  network,
  selected,
  nowMs,
}: {
  world: World;
  network: NetworkView;
  selected: string;
  nowMs: number;
}): JSX.Element | null {
  const service = world.services.get(selected);
  const shown = service ? aboutService(world, service, nowMs) : aboutPart(network, selected, nowMs);
  if (!shown) return null;
  return (
    <aside class="details" aria-label={`Details of ${shown.title}`}>
      <div class="details-head">
        <h2>{shown.title}</h2>
        <a class="quiet-link" href={linkTo('topology')} aria-label="Close the details">
          <Icon name="close" />
        </a>
      </div>
      {shown.content}
    </aside>
  );
}

interface Shown {
  readonly title: string;
  readonly content: JSX.Element;
}

function aboutService(world: World, service: ServiceView, nowMs: number): Shown {
  const traffic = trafficOf(world, service);
  const facts: Fact[] = [
    ['State', <Badge mood={serviceMood(service)} word={serviceWord(service)} />],
    ['URL', <Url service={service} />],
    ['Replicas', `${service.readyReplicas} of ${service.replicas}`],
    ['Sessions', figure(traffic?.sessions)],
    ['Requests/s', figure(traffic?.requestsPerSecond)],
    ['Errors/s', figure(traffic?.errorsPerSecond)],
    ['p50 / p95 / p99', `${[traffic?.p50Ms, traffic?.p95Ms, traffic?.p99Ms].map(figure).join(' / ')} ms`],
  ];
  return {
    title: shortName(service.key),
    content: (
      <>
        <p class="muted">{service.message}</p>
        <FactList facts={facts} as="lines" />
        <ul class="instances">
          {service.instances.map(({ id, phase }) => (
            <li key={id}>
              <code>{id}</code> <Badge mood={phaseMood(phase)} word={phaseWord(phase)} />
            </li>
          ))}
        </ul>
        <p>
          <a class="button" href={linkToKey(service.key)}>
            Conditions, logs and history
          </a>
        </p>
        <ConditionList conditions={service.conditions.filter(({ status }) => status !== 'True')} nowMs={nowMs} />
      </>
    ),
  };
}

function aboutPart(network: NetworkView, selected: string, nowMs: number): Shown | undefined {
  const state = (ok: boolean, no: string): Fact => [
    'State',
    <Badge mood={ok ? 'ok' : 'bad'} word={ok ? 'Well' : no} />,
  ];
  const part = (role: string): Fact[] =>
    network.instances
      .filter((each) => each.role === role)
      .map(({ id, phase }) => [id, <Badge mood={phaseMood(phase)} word={phaseWord(phase)} />]);
  const parts: Readonly<Record<string, readonly [string, string, readonly Fact[]]>> = {
    frontend: [
      'Frontend network',
      'Where clients are. HAProxy is reached from here; services are not.',
      [['Name', <code>{network.frontend.name}</code>], state(network.frontend.exists, 'Does not exist')],
    ],
    internal: [
      'Internal network',
      'Where services live, without a way out.',
      [['Name', <code>{network.internal.name}</code>], state(network.internal.exists, 'Does not exist')],
    ],
    haproxy: [
      'HAProxy',
      'Listens at every port of a service, checks replicas and keeps sessions with theirs.',
      [
        state(network.haproxy.ok, 'Not well'),
        ['Exposure', network.haproxy.exposure],
        ['Ports', `${network.ports.services} on ${network.ports.bindAddress}`],
        ['Statistics', <code>{network.haproxy.statistics}</code>],
        ...part('haproxy'),
      ],
    ],
    ...(network.consul && {
      consul: [
        'Consul',
        'Where every ready replica is registered, so that others find it.',
        [
          state(network.consul.ok, 'Not well'),
          ['Address', <code>{network.consul.address}</code>],
          ['Run by', network.consul.managed ? 'this operator' : 'somebody else'],
          ...part('consul'),
        ],
      ],
    }),
    clients: ['Clients', 'Whoever connects to the URL of a service, on this host or in the frontend network.', []],
  };
  const found = parts[selected];
  if (!found && selected !== network.key) return undefined;
  const [title, text, facts] = found ?? [network.name, network.message, []];
  return {
    title,
    content: (
      <>
        <p class="muted">{text}</p>
        <FactList facts={facts} as="lines" />
        {selected === network.key && <ConditionList conditions={network.conditions} nowMs={nowMs} />}
      </>
    ),
  };
}
