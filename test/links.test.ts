import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'chai';

const root = new URL('..', import.meta.url).pathname;
const files = ['README.md', 'CHANGELOG.md', 'deploy/images/README.md']
  .concat(readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' }).map((name) => join('docs', name)))
  .filter((name) => name.endsWith('.md'));

describe('links in the documents', () => {
  for (const file of files)
    it(`of ${file} lead somewhere`, () => {
      const links = [...readFileSync(join(root, file), 'utf8').matchAll(/\]\((?!https?:)([^)#\s]+)(?:#[^)]*)?\)/g)];
      const targets = links.map(([, target = '']) => join(root, dirname(file), target));
      expect(targets.filter((target) => !existsSync(target))).to.deep.equal([]);
    });
});
