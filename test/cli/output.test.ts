import { expect } from 'chai';
import { parse } from 'yaml';
import { formatList, isForPrograms, parseOutput, type Listing } from '../../operator/cli/output.ts';

interface Thing {
  readonly name: string;
  readonly port: number;
}

const things: readonly Thing[] = [
  { name: 'files', port: 11101 },
  { name: 'memory', port: 11105 },
];
const listing: Listing<Thing> = {
  nameOf: ({ name }) => `thing/${name}`,
  columns: [
    { title: 'NAME', cell: ({ name }) => name },
    { title: 'PORT', isWide: true, cell: ({ port }) => String(port) },
  ],
};

describe('the forms of output', () => {
  const print = (text: string | undefined, items = things, single = false, headers = true): Promise<string> =>
    formatList(items, listing, { headers, ...(text !== undefined && { output: parseOutput(text) }) }, single);

  it('prints a table, with more columns on demand, and without a header', async () => {
    expect(await print(undefined)).to.equal('NAME\nfiles\nmemory');
    expect(await print('wide')).to.equal('NAME     PORT\nfiles    11101\nmemory   11105');
    expect(await print('wide', things, false, false)).to.equal('files    11101\nmemory   11105');
  });

  it('prints lists as JSON and YAML, and one thing that was named without a list around it', async () => {
    expect(JSON.parse(await print('json'))).to.deep.equal({ items: things });
    expect(parse(await print('yaml'))).to.deep.equal({ items: things });
    expect(JSON.parse(await print('json', things.slice(0, 1), true))).to.deep.equal(things[0]);
    expect(JSON.parse(await print('json', [], true))).to.deep.equal({ items: [] });
  });

  it('prints names, values of paths, and columns of paths', async () => {
    expect(await print('name')).to.equal('thing/files\nthing/memory');
    expect(await print('jsonpath={.items[*].port}')).to.equal('11101 11105');
    expect(await print('jsonpath={.port}', things.slice(0, 1), true)).to.equal('11101');
    expect(await print('custom-columns=P:.port,WHO:.name,X:.absent')).to.equal(
      'P       WHO      X\n11101   files    <none>\n11105   memory   <none>',
    );
  });

  it('refuses a form that there is not, and says which there are', () => {
    for (const text of ['csv', 'jsonpath', 'jsonpath=', 'json=x', 'custom-columns=NAME', 'jsonpath={.a[}'])
      expect(() => parseOutput(text), text).to.throw();
    expect(() => parseOutput('csv')).to.throw('Write json, yaml, wide, name');
    expect(() => parseOutput('custom-columns=NAME')).to.throw('write TITLE:PATH');
  });

  it('tells programs from people', () => {
    expect([parseOutput('json'), parseOutput('name'), parseOutput('jsonpath=.a')].every(isForPrograms)).to.equal(true);
    expect([undefined, parseOutput('wide')].some(isForPrograms)).to.equal(false);
  });
});
