import { useEffect, useState } from 'preact/hooks';

export interface LogLine {
  /** Counts up from 1 in the order of arrival. */
  readonly number: number;
  readonly stream: 'stdout' | 'stderr';
  readonly at?: string;
  readonly text: string;
}

export interface Log {
  readonly lines: readonly LogLine[];
  /** Whether it is read now, in words. */
  readonly state: string;
}

const mostLines = 1_000;
const firstLines = 200;
/** Lines that come at once are drawn at once. */
const drawAfterMs = 50;

/** Follows what an instance prints, from its newest lines on. Begins anew when the connection breaks. */
export function useLog(instance: string | undefined): Log {
  const [log, show] = useState<Log>({ lines: [], state: '' });
  useEffect(() => {
    if (instance === undefined) return undefined;
    let lines: LogLine[] = [];
    let count = 0;
    let state = 'Connecting';
    let timer: ReturnType<typeof setTimeout> | undefined;
    const draw = (): void => {
      timer ??= setTimeout(() => {
        timer = undefined;
        show({ lines, state });
      }, drawAfterMs);
    };
    const source = new EventSource(
      `/api/v1/instances/${encodeURIComponent(instance)}/logs?follow=true&tail=${firstLines}`,
    );
    source.addEventListener('open', () => {
      // The operator tells its newest lines again.
      lines = [];
      state = 'Live';
      draw();
    });
    source.addEventListener('error', () => {
      state = source.readyState === EventSource.CLOSED ? 'Its log cannot be read now' : 'Connection lost, trying again';
      draw();
    });
    source.addEventListener('line', ({ data }) => {
      // The operator sends such lines under this name.
      const line = JSON.parse(data as string) as Omit<LogLine, 'number'>;
      lines = [...lines.slice(1 - mostLines), { ...line, number: ++count }];
      draw();
    });
    draw();
    return () => {
      source.close();
      clearTimeout(timer);
    };
  }, [instance]);
  return log;
}
