import type { TrafficCounters } from '../ports/traffic.ts';

/** For platforms on which nothing is counted. */
export const noTraffic: TrafficCounters = {
  service: () => undefined,
  instance: () => undefined,
  subscribe: () => () => undefined,
  counted: () => undefined,
  total: () => ({ sessions: 0, requestsPerSecond: 0, errorsPerSecond: 0, requests: 0, errors: 0 }),
};
