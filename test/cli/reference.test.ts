import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import { cliReference } from '../../deploy/cli-reference.ts';
import { commands } from '../../operator/cli/commands.ts';
import { createProgram } from '../../operator/cli/program.ts';

describe('the command line', () => {
  it('is described in docs/cli.md as it is', async () => {
    const written = await readFile(new URL('../../docs/cli.md', import.meta.url), 'utf8');
    expect(written, 'run npm run generate').to.equal(await cliReference());
  });

  it('has every command under the name by which it is loaded, with a description of it and of all that it takes', async () => {
    const program = await createProgram([]);
    expect(program.commands.map((each) => each.name())).to.deep.equal(Object.keys(commands));
    for (const command of program.commands.filter((each) => !each.name().startsWith('_'))) {
      expect(command.description(), command.name()).to.not.equal('');
      for (const each of [...command.registeredArguments, ...command.options])
        expect(each.description, `${command.name()} ${each.name()}`).to.not.equal('');
    }
  });

  it('loads only the commands that the words may mean', async () => {
    expect((await createProgram(['get', 'files'])).commands.map((each) => each.name())).to.deep.equal(['get']);
    expect((await createProgram(['gte'])).commands.length).to.be.greaterThan(10);
  });
});
