import type { JSX } from 'preact';
import type { Mood } from '../text/condition-words.ts';

/** Shapes differ as well as colours, so that a state is told without them. Drawn on 16 by 16. */
const paths: Readonly<Record<Mood | IconName, string>> = {
  ok: 'M8 1.500a6.500 6.500 0 1 0 0 13 6.500 6.500 0 0 0 0-13zm3.200 4.900-3.900 4.400a.8.8 0 0 1-1.150.03L4.400 9.100l1.100-1.150 1.200 1.150 3.300-3.750z',
  bad: 'M5.300 1.500h5.400l3.800 3.800v5.400l-3.800 3.800H5.300l-3.800-3.800V5.300zM7.200 4.300l.2 4.700h1.200l.2-4.700zM8 10.300a1 1 0 1 0 0 2 1 1 0 0 0 0-2z',
  warn: 'M8 1.300 15 14H1zM7.300 5.800l.2 4h1l.2-4zM8 10.900a.9.9 0 1 0 0 1.800.9.9 0 0 0 0-1.800z',
  busy: 'M8 1.500a6.500 6.500 0 1 0 6.500 6.500h-1.800A4.700 4.700 0 1 1 8 3.300z',
  idle: 'M8 1.500a6.500 6.500 0 1 0 0 13 6.500 6.500 0 0 0 0-13zm0 1.800a4.700 4.700 0 1 1 0 9.400 4.700 4.700 0 0 1 0-9.400z',
  copy: 'M5 1.500h8.500V11H11v3.500H2.500V5H5zm1.500 1.500v2H11v4.500h1V3zM4 6.500V13h5.500V6.500z',
  search:
    'M7 1.500a5.500 5.500 0 1 0 3.200 9.960l3.170 3.170 1.260-1.260-3.170-3.170A5.500 5.500 0 0 0 7 1.500zm0 1.700a3.800 3.800 0 1 1 0 7.600 3.800 3.800 0 0 1 0-7.600z',
  close:
    'm3.500 2.300 4.500 4.500 4.500-4.500 1.200 1.200L9.200 8l4.500 4.500-1.200 1.200L8 9.200l-4.500 4.500-1.200-1.200L6.800 8 2.300 3.500z',
  light:
    'M8 4.500a3.500 3.500 0 1 0 0 7 3.500 3.500 0 0 0 0-7zM7.250 1h1.500v2h-1.500zm0 12h1.500v2h-1.500zM1 7.250h2v1.500H1zm12 0h2v1.500h-2zM2.500 3.560 3.560 2.500l1.420 1.420-1.060 1.060zm8.520 8.520 1.060-1.060 1.420 1.420-1.060 1.060zM3.560 13.500 2.500 12.440l1.420-1.420 1.060 1.060zm8.520-8.520-1.060-1.060 1.420-1.420 1.060 1.060z',
  dark: 'M6.200 1.700a6.500 6.500 0 1 0 8.100 8.100A5.300 5.300 0 0 1 6.200 1.700z',
  system: 'M1.500 2.500h13v9H9v1.500h2.500V14.500h-7V13H7v-1.500H1.500zM3 4v6h10V4z',
  rollout: 'M8 1.500 13.500 8H10v6.500H6V8H2.500z',
  operator: 'M8 1.500 14.500 8 8 14.500 1.500 8z',
};

export type IconName = 'copy' | 'search' | 'close' | 'light' | 'dark' | 'system' | 'rollout' | 'operator';

/** A picture beside a word: the word says it, so the picture is silent. */
export function Icon({ name }: { name: Mood | IconName }): JSX.Element {
  return (
    <svg class={`icon icon-${name}`} viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false">
      <path d={paths[name]} fill-rule="evenodd" />
    </svg>
  );
}

export function iconPath(name: Mood | IconName): string {
  return paths[name];
}
