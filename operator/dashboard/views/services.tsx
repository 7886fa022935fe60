import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { ServiceView } from '../../api/shapes.ts';
import { useNow } from '../data/use-now.ts';
import { servicesOf, type World } from '../data/world.ts';
import { DataTable } from '../parts/data-table.tsx';
import { Notice } from '../parts/notice.tsx';
import { counted } from '../text/format.ts';
import { serviceColumns } from './service-columns.tsx';

const states = { all: 'all', unready: 'not ready', ready: 'ready' } as const;
type State = keyof typeof states;

/** All services as a table that is sorted and filtered. */
export function ServicesView({ world }: { world: World }): JSX.Element {
  const [text, setText] = useState('');
  const [state, setState] = useState<State>('all');
  const nowMs = useNow();
  const services = servicesOf(world);
  const shown = services.filter((each) => isWanted(each, text) && isIn(each, state));
  if (services.length === 0)
    return (
      <>
        <h1>Services</h1>
        <Notice title="There is no service yet">
          Put a manifest of kind MCPService into the directory that the operator watches; it appears here by itself.
        </Notice>
      </>
    );
  return (
    <>
      <div class="view-head">
        <h1>Services</h1>
        <div class="filters">
          <label>
            <span class="hidden">Filter by name, label, URL or message</span>
            <input
              type="search"
              placeholder="Filter by name, label, message"
              value={text}
              onInput={(event) => {
                setText(event.currentTarget.value);
              }}
            />
          </label>
          <label>
            <span class="hidden">State</span>
            <select
              value={state}
              onChange={(event) => {
                // Safe: the options are the keys of `states`.
                setState(event.currentTarget.value as State);
              }}
            >
              {Object.entries(states).map(([value, word]) => (
                <option key={value} value={value}>
                  {word}
                </option>
              ))}
            </select>
          </label>
          <span class="muted" role="status">
            {shown.length === services.length
              ? counted(services.length, 'service')
              : `${shown.length} of ${counted(services.length, 'service')}`}
          </span>
        </div>
      </div>
      {shown.length === 0 ? (
        <Notice title="No service is like that">Clear the filter to see all {services.length}.</Notice>
      ) : (
        <DataTable
          caption="Services"
          columns={serviceColumns(world, nowMs)}
          rows={shown}
          keyOf={({ key }) => key}
          first={{ column: 'name', descending: false }}
        />
      )}
    </>
  );
}

function isWanted(service: ServiceView, text: string): boolean {
  const labels = Object.entries(service.labels).map(([name, value]) => `${name}=${value}`);
  const all = [service.name, service.namespace, service.message, service.url ?? '', service.reason, ...labels];
  return text
    .toLowerCase()
    .split(/\s+/)
    .every((word) => all.some((field) => field.toLowerCase().includes(word)));
}

function isIn({ ready }: ServiceView, state: State): boolean {
  return state === 'all' || (ready === 'True') === (state === 'ready');
}
