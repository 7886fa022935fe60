import type { Driver } from '../ports/driver.ts';

/** Called when a call has ended. */
export type Called = (driver: string, verb: string, seconds: number, isFault: boolean) => void;

/** The same driver, and somebody who hears how long each of its calls took. */
export function timedDriver(driver: Driver, called: Called): Driver {
  const timed = async <Result>(verb: string, call: () => Promise<Result>): Promise<Result> => {
    const startMs = performance.now();
    let isFault = true;
    try {
      const result = await call();
      isFault = false;
      return result;
    } finally {
      called(driver.name, verb, (performance.now() - startMs) / 1000, isFault);
    }
  };
  return {
    name: driver.name,
    types: driver.types,
    list: (signal) => timed('list', () => driver.list(signal)),
    read: (ref, signal) => timed('read', () => driver.read(ref, signal)),
    apply: (action, signal) => timed(action.verb, () => driver.apply(action, signal)),
    watch: (hint, signal) => {
      driver.watch(hint, signal);
    },
  };
}
