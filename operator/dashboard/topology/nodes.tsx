import type { JSX } from 'preact';
import type { ServiceView, TrafficView } from '../../api/shapes.ts';
import { phaseMood, phaseWord, serviceMood, serviceWord } from '../parts/badge.tsx';
import { iconPath } from '../parts/icon.tsx';
import type { Mood } from '../text/condition-words.ts';
import { counted, cut, figure, shortName } from '../text/format.ts';
import type { Box, ReplicaBox, ServiceBox } from './layout.ts';

interface Linked {
  readonly href: string;
  readonly selected: boolean;
}

/** About as wide as a letter of these sizes, in pixels: text in a picture does not wrap by itself. */
const letterWidth = 7.3;
const smallLetterWidth = 6.2;

export function Node({
  box,
  title,
  lines,
  mood,
  href,
  selected,
}: Linked & { box: Box; title: string; lines: readonly string[]; mood: Mood }): JSX.Element {
  const isFlat = box.height < 50;
  return (
    <a href={href} class={`node${selected ? ' is-selected' : ''}`} aria-label={[title, ...lines].join(' ')}>
      <Frame box={box} mood={mood} />
      <text
        aria-hidden="true"
        x={box.x + (mood === 'idle' ? 12 : 32)}
        y={box.y + (isFlat ? 17 : 23)}
        class="node-title"
      >
        {title}{' '}
      </text>
      {lines.map((line, index) => (
        <text key={line} x={box.x + (isFlat ? 32 : 12)} y={box.y + (isFlat ? 32 : 42) + index * 16} class="node-line">
          {line}{' '}
        </text>
      ))}
    </a>
  );
}

export function ServiceNode({
  box,
  traffic,
  withTraffic,
  href,
  selected,
}: Linked & { box: ServiceBox; traffic: TrafficView | undefined; withTraffic: boolean }): JSX.Element {
  const { service } = box;
  const mood = serviceMood(service);
  const state = `${serviceWord(service)} · ${service.readyReplicas}/${service.replicas}`;
  const port = service.port === undefined ? '' : `:${service.port}`;
  const name = cut(shortName(service.key), Math.floor((box.width - 90) / letterWidth));
  const shownState = cut(state, Math.floor((box.width - 42) / smallLetterWidth));
  const flow = withTraffic && traffic ? `${figure(traffic.requestsPerSecond)} req/s` : (service.transport ?? '');
  return (
    <a
      href={href}
      class={`node service${selected ? ' is-selected' : ''}`}
      aria-label={spoken([name, port, shownState, box.width > 200 ? flow : ''], service, traffic)}
    >
      <Frame box={box} mood={mood} title={service.message} />
      <text x={box.x + 32} y={box.y + 22} class="node-title">
        {name}{' '}
      </text>
      <text x={box.x + box.width - 10} y={box.y + 22} class="node-line" text-anchor="end">
        {port}{' '}
      </text>
      <text x={box.x + 32} y={box.y + 40} class={`node-line mood-${mood}`}>
        {shownState}{' '}
      </text>
      {box.width > 200 && (
        <text x={box.x + box.width - 10} y={box.y + 40} class="node-line" text-anchor="end">
          {flow}
        </text>
      )}
    </a>
  );
}

export function ReplicaNode({
  box,
  service,
  traffic,
  href,
}: Linked & { box: ReplicaBox; service: ServiceView; traffic: TrafficView | undefined }): JSX.Element {
  const { instance } = box;
  const mood = phaseMood(instance.phase);
  const held = traffic && traffic.sessions > 0 ? counted(traffic.sessions, 'session') : '';
  const words = [phaseWord(instance.phase), instance.route === 'none' ? 'not routed' : held].filter(
    (each) => each !== '',
  );
  const room = Math.floor((box.width - 40 - words.join(' · ').length * smallLetterWidth) / smallLetterWidth);
  const shownId = room > 3 ? cut(instance.id, room) : '';
  return (
    <a
      href={href}
      class="node replica"
      data-phase={instance.phase}
      aria-label={`${shownId} ${words.join(' · ')}, ${instance.id}, replica of ${shortName(service.key)}${instance.registered ? '' : ', not registered in Consul'}`}
    >
      <Frame box={box} mood={mood} title={[instance.id, instance.message].filter(Boolean).join(': ')} small />
      {shownId !== '' && (
        <text x={box.x + 26} y={box.y + 16} class="node-line">
          {shownId}{' '}
        </text>
      )}
      <text
        aria-hidden="true"
        x={box.x + box.width - 8}
        y={box.y + 16}
        class={`node-line mood-${mood}`}
        text-anchor="end"
      >
        {words.join(' · ')}
      </text>
    </a>
  );
}

function Frame({
  box,
  mood,
  title = '',
  small = false,
}: {
  box: Box;
  mood: Mood;
  title?: string;
  small?: boolean;
}): JSX.Element {
  const size = small ? 12 : 14;
  return (
    <>
      <rect class="frame" x={box.x} y={box.y} width={box.width} height={box.height} rx={small ? 6 : 8}>
        {title !== '' && <title>{title}</title>}
      </rect>
      {mood !== 'idle' && (
        <svg
          x={box.x + (small ? 8 : 11)}
          y={box.y + (small || box.height < 50 ? 6 : 11)}
          width={size}
          height={size}
          viewBox="0 0 16 16"
          class={`mood-${mood}`}
        >
          <path d={iconPath(mood)} fill="currentColor" fill-rule="evenodd" />
        </svg>
      )}
    </>
  );
}

/** What is written in the box, word for word, so that it can be said to a computer; then what the picture says besides. */
function spoken(shown: readonly string[], service: ServiceView, traffic: TrafficView | undefined): string {
  const flow = traffic
    ? `, ${counted(traffic.sessions, 'session')}, ${figure(traffic.requestsPerSecond)} requests per second`
    : '';
  const replicas = `${service.readyReplicas} of ${counted(service.replicas, 'replica')} ready`;
  return `${shown.filter((each) => each !== '').join(' ')}, service, ${replicas}${flow}`;
}
