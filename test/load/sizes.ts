/** How much of everything: the same scenarios, quick enough for every day or large enough to be believed. */
export interface Size {
  /** Clients that hold a session. */
  readonly sessions: number;
  /** Clients of the era without sessions. */
  readonly stateless: number;
  /** Clients of each official SDK. */
  readonly judges: number;
  /** Between two requests of one client. */
  readonly paceMs: number;
  /** Requests of every client before and after what is tried, for the comparison. */
  readonly rounds: number;
  readonly updates: number;
  readonly scaleChanges: number;
  readonly services: number;
  readonly kills: number;
  readonly restarts: number;
  /** How long each rate is measured. */
  readonly measureMs: number;
}

export const sizes = {
  small: {
    sessions: 30,
    stateless: 30,
    judges: 1,
    paceMs: 200,
    rounds: 5,
    updates: 2,
    scaleChanges: 4,
    services: 4,
    kills: 1,
    restarts: 1,
    measureMs: 2_000,
  },
  full: {
    sessions: 200,
    stateless: 200,
    judges: 3,
    paceMs: 500,
    rounds: 20,
    updates: 20,
    scaleChanges: 100,
    services: 50,
    kills: 5,
    restarts: 5,
    measureMs: 10_000,
  },
} as const satisfies Record<string, Size>;

/** Of the tests: small unless `MCPNET_LOAD=full` (`npm run test:load`). */
export const testSize: Size = process.env['MCPNET_LOAD'] === 'full' ? sizes.full : sizes.small;
