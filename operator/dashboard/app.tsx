import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { useWorld } from './data/store.ts';
import type { World } from './data/world.ts';
import { ConnectionBanner } from './parts/connection-banner.tsx';
import { Header } from './parts/header.tsx';
import { Failure, Loading, Notice } from './parts/notice.tsx';
import { linkTo, useRoute, type Route } from './router.ts';
import { EventsView } from './views/events.tsx';
import { HistoryView } from './views/history.tsx';
import { PlanView } from './views/plan.tsx';
import { PortsView } from './views/ports.tsx';
import { ServicePage } from './views/service.tsx';
import { ServicesView } from './views/services.tsx';
import { TopologyView } from './views/topology.tsx';

/** The whole page: a header, what is the matter with the connection, and one view. */
export function App(): JSX.Element {
  const world = useWorld();
  const route = useRoute();
  const main = useRef<HTMLElement>(null);
  const place = `${route.view}/${route.path.join('/')}`;
  const shown = useRef(place);
  useEffect(() => {
    document.title = `${titleOf(route)} · mcpnet`;
    if (shown.current === place) return;
    shown.current = place;
    // A new view begins at its top, for the eyes as for a screen reader.
    scrollTo(0, 0);
    main.current?.focus({ preventScroll: true });
  }, [place]);
  const isLost = world.connection.phase === 'lost';
  return (
    <>
      <a class="skip" href="#main" onClick={(event) => skipTo(event, main.current)}>
        Skip to the content
      </a>
      <Header world={world} route={route} />
      <ConnectionBanner world={world} />
      <main id="main" ref={main} tabIndex={-1} class={isLost && world.loaded ? 'stale' : ''} aria-busy={!world.loaded}>
        {world.loaded ? <View world={world} route={route} /> : <BeforeAnything world={world} />}
      </main>
    </>
  );
}

function View({ world, route }: { world: World; route: Route }): JSX.Element {
  switch (route.view) {
    case 'topology':
      return <TopologyView world={world} route={route} />;
    case 'services':
      return route.path.length === 2 ? (
        <ServicePage key={route.path.join('/')} world={world} route={route} />
      ) : (
        <ServicesView world={world} />
      );
    case 'history':
      return <HistoryView world={world} route={route} />;
    case 'ports':
      return <PortsView world={world} />;
    case 'events':
      return <EventsView world={world} />;
    case 'plan':
      return <PlanView world={world} />;
    case 'unknown':
      return (
        <Notice title="There is no such page">
          <a href={linkTo('topology')}>Go to the topology</a>
        </Notice>
      );
  }
}

function BeforeAnything({ world }: { world: World }): JSX.Element {
  if (world.failure !== undefined) return <Failure message={world.failure} />;
  if (world.connection.phase === 'lost')
    return (
      <Failure message="The operator cannot be reached. See whether mcpnet runs on its machine; it is asked again by itself." />
    );
  return <Loading what="the network" />;
}

function titleOf({ view, path }: Route): string {
  if (view === 'services' && path[1] !== undefined) return path[1];
  return `${view.charAt(0).toUpperCase()}${view.slice(1)}`;
}

/** The address keeps the view, so the link must not change it. */
function skipTo(event: Event, target: HTMLElement | null): void {
  event.preventDefault();
  target?.focus();
}
