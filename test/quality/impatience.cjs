/* Stryker's runner lets a test wait for ever: in a mutated program some do, and each would cost a minute. */
const mostMs = 10_000;

beforeEach(function limit() {
  this.currentTest.timeout(mostMs);
});
