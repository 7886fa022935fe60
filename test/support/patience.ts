/** How much longer things may take than on Docker: a Pod starts in seconds where a container does in a third of one. */
export const patience = process.env['MCPNET_TEST_PLATFORM'] === 'kubernetes' ? 3 : 1;

/** Gives tests and hooks of a suite their time by `patience`. */
export function haveMorePatience(suite: Mocha.Suite): void {
  // Mocha has no other way to its hooks, and its types call that one private.
  const hooks = suite as unknown as Hooks;
  const all = [...hooks._beforeAll, ...hooks._beforeEach, ...hooks._afterEach, ...hooks._afterAll, ...suite.tests];
  for (const one of all) one.timeout(one.timeout() * patience);
  for (const inner of suite.suites) haveMorePatience(inner);
}

interface Hooks {
  readonly _beforeAll: readonly Mocha.Hook[];
  readonly _beforeEach: readonly Mocha.Hook[];
  readonly _afterEach: readonly Mocha.Hook[];
  readonly _afterAll: readonly Mocha.Hook[];
}
