const { writeFileSync } = require('node:fs');
const Mocha = require('mocha');

/** Mocha's own report for people, and the counts in a file for the runner. */
module.exports = class extends Mocha.reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    runner.once('end', () => {
      const { passes, failures, pending } = this.stats;
      const path = process.env.MCPNET_TEST_REPORT;
      if (path) writeFileSync(path, JSON.stringify({ passed: passes, failed: failures, skipped: pending }));
    });
  }
};
