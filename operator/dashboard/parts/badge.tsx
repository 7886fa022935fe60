import type { JSX } from 'preact';
import type { InstanceView, ServiceView } from '../../api/shapes.ts';
import { isPassing, type Mood } from '../text/condition-words.ts';
import { Icon } from './icon.tsx';

/** A state as a picture and a word, never by its colour alone. */
export function Badge({ mood, word }: { mood: Mood; word: string }): JSX.Element {
  return (
    <span class={`badge mood-${mood}`}>
      <Icon name={mood} />
      {word}
    </span>
  );
}

export function serviceMood({
  ready,
  reason,
  readyReplicas,
}: Pick<ServiceView, 'ready' | 'reason' | 'readyReplicas'>): Mood {
  if (ready === 'True') return 'ok';
  if (ready === 'Unknown' || isPassing(reason)) return 'busy';
  return readyReplicas > 0 ? 'warn' : 'bad';
}

export function serviceWord(service: Pick<ServiceView, 'ready' | 'reason' | 'readyReplicas'>): string {
  const mood = serviceMood(service);
  if (mood === 'ok') return 'Ready';
  if (mood === 'busy') return service.reason === '' ? 'Starting' : spaced(service.reason);
  return mood === 'warn' ? 'Degraded' : 'Not ready';
}

const phases: Readonly<Record<InstanceView['phase'], readonly [Mood, string]>> = {
  ready: ['ok', 'Ready'],
  starting: ['busy', 'Starting'],
  draining: ['warn', 'Draining'],
  failed: ['bad', 'Failed'],
  stopped: ['idle', 'Stopped'],
  foreign: ['warn', 'Not ours'],
};

export function phaseMood(phase: InstanceView['phase']): Mood {
  return phases[phase][0];
}

export function phaseWord(phase: InstanceView['phase']): string {
  return phases[phase][1];
}

/** `Image missing` of `ImageMissing`; names in capitals stay: `Speaks MCP`. */
export function spaced(reason: string): string {
  return reason
    .split(/(?<=[a-z])(?=[A-Z])/)
    .map((word, index) => (index === 0 || /^[A-Z]{2}/.test(word) ? word : word.toLowerCase()))
    .join(' ');
}
