import { useEffect, useState } from 'preact/hooks';
import { emptyWorld, type World } from './world.ts';

/** Changes within a frame are drawn once. A timer and not a frame: a hidden page gets no frames. */
const drawAfterMs = 16;

let world = emptyWorld;
let drawing = false;
const listeners = new Set<(world: World) => void>();

export function updateWorld(change: (world: World) => World): void {
  world = change(world);
  if (drawing) return;
  drawing = true;
  setTimeout(() => {
    drawing = false;
    for (const listener of listeners) listener(world);
  }, drawAfterMs);
}

/** The newest world; draws the component again when it changes. */
export function useWorld(): World {
  const [seen, show] = useState(world);
  useEffect(() => {
    show(world);
    listeners.add(show);
    return () => {
      listeners.delete(show);
    };
  }, []);
  return seen;
}
