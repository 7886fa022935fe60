import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { unifiedDiff } from '../../operator/core/unified-diff.ts';

const text = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');

describe('a unified diff', () => {
  it('is empty for what is the same', () => {
    expect(unifiedDiff('a\n', 'a\n', ['x', 'y'])).to.equal('');
  });

  it('shows three lines around a change, and joins changes that are near', () => {
    const before = text(['1', '2', '3', '4', '5', '6', '7', '8', '9', '10', '11', '12', '13', '14', '15', '16']);
    const after = before.replace('5\n', 'five\n').replace('7\n', '').replace('16\n', '16\n17\n');
    expect(unifiedDiff(before, after, ['old', 'new'])).to.equal(
      '--- old\n+++ new\n@@ -2,9 +2,8 @@\n 2\n 3\n 4\n-5\n+five\n 6\n-7\n 8\n 9\n 10\n@@ -14,3 +13,4 @@\n 14\n 15\n 16\n+17',
    );
  });

  it('counts from zero where there is nothing', () => {
    expect(unifiedDiff('', 'a\n', ['old', 'new'])).to.equal('--- old\n+++ new\n@@ -0,0 +1,1 @@\n+a');
  });

  it('is what patch(1) turns the one text into the other with', function () {
    if (spawnSync('patch', ['--version']).status !== 0) {
      console.log('      skipped: there is no patch(1) on this machine to compare with');
      this.skip();
    }
    const directory = mkdtempSync(join(tmpdir(), 'mcpnet-diff-'));
    const lines = fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'e f'), { maxLength: 24 });
    try {
      fc.assert(
        fc.property(lines, lines, (before, after) => {
          const diff = unifiedDiff(text(before), text(after), ['f', 'f']);
          if (diff === '') {
            expect(before).to.deep.equal(after);
            return;
          }
          writeFileSync(join(directory, 'f'), text(before));
          const patched = spawnSync('patch', ['-s', '-o', '-', 'f'], {
            cwd: directory,
            input: `${diff}\n`,
            encoding: 'utf8',
          });
          expect(patched.stdout, diff).to.equal(text(after));
        }),
        { numRuns: 40 },
      );
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});
