import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { useNow } from '../data/use-now.ts';
import type { World } from '../data/world.ts';
import { EventTable } from '../parts/event-table.tsx';
import { Notice } from '../parts/notice.tsx';
import { counted } from '../text/format.ts';

/** Everything that happened since the operator started, as it happens. */
export function EventsView({ world }: { world: World }): JSX.Element {
  const [text, setText] = useState('');
  const [onlyWarnings, setOnlyWarnings] = useState(false);
  const nowMs = useNow();
  const wanted = text.toLowerCase();
  const shown = world.events.filter(
    ({ key, reason, message, type }) =>
      (!onlyWarnings || type === 'Warning') && `${key} ${reason} ${message}`.toLowerCase().includes(wanted),
  );
  return (
    <>
      <div class="view-head">
        <h1>Events</h1>
        <div class="filters">
          <label>
            <span class="hidden">Filter by resource, reason or message</span>
            <input
              type="search"
              placeholder="Filter by resource, reason, message"
              value={text}
              onInput={(event) => {
                setText(event.currentTarget.value);
              }}
            />
          </label>
          <label class="check">
            <input
              type="checkbox"
              checked={onlyWarnings}
              onChange={(event) => {
                setOnlyWarnings(event.currentTarget.checked);
              }}
            />
            Only warnings
          </label>
          <span class="muted">{counted(shown.length, 'event')}</span>
        </div>
      </div>
      {shown.length === 0 ? (
        <Notice title={world.events.length === 0 ? 'Nothing has happened yet' : 'No event is like that'}>
          {world.events.length === 0
            ? 'Events tell what the operator changed and what it noticed, since it started.'
            : 'Clear the filter to see all.'}
        </Notice>
      ) : (
        <EventTable events={shown} nowMs={nowMs} />
      )}
    </>
  );
}
