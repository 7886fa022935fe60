import { styleText } from 'node:util';
import { expect } from 'chai';
import { formatTable } from '../../operator/cli/table.ts';

const escape = '\u001b';

describe('a table on a terminal', () => {
  it('shows by its number whatever a message holds that would move the cursor or hide text', () => {
    const message = `${escape}[2J${escape}]0;mine\u0007gone\r\nFAKE   True ${escape}[8mhidden\u202e`;
    expect(formatTable(['NAME', 'MESSAGE'], [['files', message]])).to.equal(
      'NAME    MESSAGE\nfiles   \\u001b[2J\\u001b]0;mine\\u0007gone\\u000d\\u000aFAKE   True \\u001b[8mhidden\\u202e',
    );
  });

  it('keeps its own colours, and counts what is shown for the width of a column', () => {
    const green = styleText('green', 'True', { validateStream: false });
    expect(
      formatTable(
        ['A', 'B'],
        [
          [green, 'x'],
          ['a\tb', 'y'],
        ],
      ),
    ).to.equal(`A          B\n${green}       x\na\\u0009b   y`);
  });
});
