import { useEffect, useState } from 'preact/hooks';
import { ask } from './ask.ts';

/** What came of asking: `answer` stays while it is asked again, and beside a later failure. */
export interface Asked<Shape> {
  readonly answer?: Shape;
  readonly failure?: string;
  readonly atMs?: number;
  again(): void;
}

/**
 * Asks for `path` now, whenever `trigger` changes, and every `everyMs`. An answer that was overtaken is dropped.
 * @param trigger anything that tells that the answer may be another by now
 */
export function useAnswer<Shape>(path: string, trigger: unknown, everyMs = 10_000): Asked<Shape> {
  const [asked, show] = useState<Omit<Asked<Shape>, 'again'> & { path?: string }>({});
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    let isOver = false;
    const look = (): void => {
      ask<Shape>(path).then(
        (answer) => {
          if (!isOver) show({ answer, atMs: Date.now(), path });
        },
        (error: unknown) => {
          const failure = error instanceof Error ? error.message : String(error);
          if (!isOver) show((before) => ({ ...(before.path === path && before), failure, path }));
        },
      );
    };
    look();
    const timer = setInterval(look, everyMs);
    return () => {
      isOver = true;
      clearInterval(timer);
    };
  }, [path, trigger, turn, everyMs]);
  return {
    ...(asked.path === path && asked),
    again: () => {
      setTurn((before) => before + 1);
    },
  };
}
