import type { JSX } from 'preact';
import { servicesOf, type World } from '../data/world.ts';
import { linkTo, views, type Route } from '../router.ts';
import { counted } from '../text/format.ts';
import type { Mood } from '../text/condition-words.ts';
import { Badge } from './badge.tsx';
import { Search } from './search.tsx';
import { ThemeSwitch } from './theme-switch.tsx';

/** How all is, whether that is the present, the ways to the views, search and theme. */
export function Header({ world, route }: { world: World; route: Route }): JSX.Element {
  return (
    <header class="header">
      <div class="header-top">
        <a class="brand" href={linkTo('topology')} aria-label="mcpnet, to the topology">
          <Mark />
          mcpnet
        </a>
        <Health world={world} />
        <span class="grow" />
        <ConnectionState world={world} />
        <Search services={servicesOf(world)} />
        <ThemeSwitch />
      </div>
      <nav aria-label="Views">
        <ul class="tabs">
          {views.map((view) => (
            <li key={view}>
              <a href={linkTo(view)} aria-current={route.view === view ? 'page' : undefined}>
                {view.charAt(0).toUpperCase() + view.slice(1)}
              </a>
            </li>
          ))}
        </ul>
      </nav>
    </header>
  );
}

function Health({ world }: { world: World }): JSX.Element {
  const { mood, word, title } = overall(world);
  return (
    <span class="overall" data-testid="overall" title={title}>
      <Badge mood={mood} word={word} />
    </span>
  );
}

/** A part that is not well says more than the services that suffer from it. */
export function overall(world: World): { mood: Mood; word: string; title: string } {
  if (!world.loaded) return { mood: 'idle', word: 'Not known yet', title: '' };
  const services = [...world.services.values()];
  const ready = services.filter((each) => each.ready === 'True').length;
  const parts = world.health?.parts.filter(({ ok }) => !ok) ?? [];
  const title = parts.map(({ name, message }) => `${name}: ${message}`).join('\n');
  if (parts.length > 0) return { mood: 'bad', word: `${parts.map(({ name }) => name).join(', ')} not well`, title };
  if (services.length === 0) return { mood: 'idle', word: 'No services', title };
  if (ready === services.length) return { mood: 'ok', word: `${counted(ready, 'service')} ready`, title };
  return { mood: ready === 0 ? 'bad' : 'warn', word: `${ready} of ${services.length} services ready`, title };
}

function ConnectionState({ world }: { world: World }): JSX.Element {
  const states = {
    connecting: ['busy', 'Connecting'],
    live: ['ok', 'Live'],
    lost: ['bad', 'Connection lost'],
  } as const;
  const [mood, word] = states[world.connection.phase];
  return (
    <span class="connection" data-testid="connection">
      <Badge mood={mood} word={word} />
    </span>
  );
}

function Mark(): JSX.Element {
  return (
    <svg viewBox="0 0 32 32" width="22" height="22" aria-hidden="true" class="mark">
      <rect width="32" height="32" rx="7" />
      <path d="M9 16h6M17 15l6-6M17 17l6 6M17 16h6" />
      <circle cx="8" cy="16" r="3" />
      <circle cx="24" cy="8.500" r="2.500" />
      <circle cx="24.500" cy="16" r="2.500" />
      <circle cx="24" cy="23.500" r="2.500" />
    </svg>
  );
}
