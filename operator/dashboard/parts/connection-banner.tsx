import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';
import { reconnect } from '../data/live.ts';
import { useNow } from '../data/use-now.ts';
import type { World } from '../data/world.ts';
import { clock, duration } from '../text/format.ts';
import { Icon } from './icon.tsx';

/** Says that the operator does not answer, how old is what is seen, and when it is asked again; or that it has changed. */
export function ConnectionBanner({ world }: { world: World }): JSX.Element {
  return (
    <>
      {/* Spoken once, at the change; the seconds in the banner are for the eyes. */}
      <p class="hidden" role="status" data-testid="connection-words">
        {spoken(world)}
      </p>
      {world.connection.phase === 'lost' && <Lost {...world.connection} loaded={world.loaded} />}
      <Updated world={world} />
    </>
  );
}

function Lost({ sinceMs, retryAtMs, loaded }: { sinceMs: number; retryAtMs: number; loaded: boolean }): JSX.Element {
  const now = useNow(500);
  const waitMs = retryAtMs - now;
  return (
    <div class="banner banner-bad" data-testid="connection-lost">
      <Icon name="bad" />
      <span>
        <strong>Connection lost</strong> {duration(Math.max(0, now - sinceMs))} ago.{' '}
        {loaded && `What you see is as of ${clock(sinceMs)}; services go on serving without the operator. `}
        {waitMs > 500 ? `Trying again in ${Math.ceil(waitMs / 1_000)} s.` : 'Trying again now.'}
      </span>
      <button type="button" onClick={reconnect}>
        Try now
      </button>
    </div>
  );
}

/** The page is as old as the operator that brought it. */
function Updated({ world }: { world: World }): JSX.Element | null {
  const version = world.operator?.version;
  const first = useRef(version);
  first.current ??= version;
  if (version === undefined || first.current === version) return null;
  return (
    <div class="banner">
      <Icon name="operator" />
      <span>
        The operator is now {version}; this page came from {first.current}.
      </span>
      <button type="button" onClick={() => location.reload()}>
        Load the page anew
      </button>
    </div>
  );
}

function spoken({ connection, loaded }: World): string {
  if (connection.phase === 'lost') return 'Connection to the operator lost. It is tried again by itself.';
  return connection.phase === 'live' && loaded ? 'Connected to the operator.' : '';
}
