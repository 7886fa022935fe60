import type { Condition } from '../../core/condition.ts';

/** What a condition says, for people who do not know its name: [when true, when false]. See docs/reasons.md. */
const words: Readonly<Record<string, readonly [string, string]>> = {
  Accepted: ['The manifest is valid', 'The newest manifest is not valid; the last good one stays in force'],
  ResolvedRefs: ['Everything that it refers to exists', 'Something that it refers to is missing'],
  Programmed: ['What exists is what is declared', 'What exists is not yet what is declared'],
  Available: ['At least one replica serves', 'No replica serves'],
  Verified: ['It has answered in MCP', 'It has not answered in MCP'],
  Ready: ['All replicas serve', 'It is not ready'],
  HealthDisputed: ['HAProxy and Consul disagree about its health', 'HAProxy and Consul agree about its health'],
  Degraded: ['Only some of the replicas serve', 'No replica is missing'],
  Canary: ['A change is being tried beside what serves', 'No change is being tried'],
  ImageMoved: ['The image has changed under its name', 'The image is the one that runs'],
  Held: ['Held by hand: the manifest does not decide', 'The manifest decides'],
  Stalled: ['It waits for a person', 'It does not wait for anybody'],
};

/** Conditions whose being true is not a good sign. */
const unwelcome = new Set(['HealthDisputed', 'Degraded', 'Stalled', 'ImageMoved']);
const neutral = new Set(['Canary', 'Held']);

export type Mood = 'ok' | 'bad' | 'warn' | 'busy' | 'idle';

export function conditionWords({ type, status }: Condition): string {
  if (status === 'Unknown') return `${type}: not known yet`;
  const [yes, no] = words[type] ?? [`${type} is true`, `${type} is not true`];
  return status === 'True' ? yes : no;
}

export function conditionMood({ type, status, reason }: Condition): Mood {
  if (status === 'Unknown') return 'busy';
  if (neutral.has(type)) return status === 'True' ? 'warn' : 'idle';
  if (unwelcome.has(type)) return status === 'True' ? 'warn' : 'ok';
  if (status === 'True') return 'ok';
  return isPassing(reason) ? 'busy' : 'bad';
}

/** Reasons of a state that ends by itself, see docs/reasons.md. */
export function isPassing(reason: string): boolean {
  return ['Progressing', 'Starting', 'Trying', 'Retrying', 'ReplicaStopped'].includes(reason);
}
