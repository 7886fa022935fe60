import { expect } from 'chai';
import { catalog } from '../../deploy/images/catalog.ts';
import { dockerfile } from '../../deploy/images/dockerfile.ts';
import { selectImages } from '../../deploy/images/ensure.ts';
import { lockText } from '../../deploy/images/npm.ts';
import { recipeHash, type Recipe } from '../../deploy/images/recipe.ts';

const recipe: Recipe = {
  name: 'mcpnet/sample:1',
  set: 'default',
  title: 'sample',
  version: '1',
  licenses: 'MIT',
  contents: { kind: 'npm', package: 'sample', version: '1.0.0', entry: 'index.js' },
  config: { entrypoint: ['node', '/app/node_modules/sample/index.js'] },
};
const context = { architecture: 'amd64', baseHash: 'aa', inputs: ['lock'] } as const;

describe('recipe hash', () => {
  it('does not depend on the order in which a recipe is written', () => {
    const { config, contents, ...rest } = recipe;
    expect(recipeHash({ config, contents, ...rest }, context)).to.equal(recipeHash(recipe, context));
  });

  it('is the same on every machine', () => {
    expect(recipeHash(recipe, context)).to.equal('af95981d3e21070c7e0c');
  });

  const changes: Readonly<Record<string, [Recipe, Parameters<typeof recipeHash>[1]]>> = {
    'the base image': [recipe, { ...context, baseHash: 'bb' }],
    'a local input': [recipe, { ...context, inputs: ['lock 2'] }],
    'the architecture': [recipe, { ...context, architecture: 'arm64' }],
    'the settings': [{ ...recipe, config: { ...recipe.config, user: '1:1' } }, context],
  };
  for (const [what, [changed, changedContext]] of Object.entries(changes)) {
    it(`changes with ${what}`, () => {
      expect(recipeHash(changed, changedContext)).to.not.equal(recipeHash(recipe, context));
    });
  }
});

describe('catalog', () => {
  const recipes = catalog();

  it('names every image once, and each base before what stands on it', () => {
    const names = recipes.map(({ name }) => name);
    expect(new Set(names).size).to.equal(names.length);
    for (const { name, from } of recipes) {
      if (from !== undefined) expect(names.slice(0, names.indexOf(name))).to.include(from);
    }
  });

  for (const { name, contents, config, from } of recipes) {
    it(`${name} runs as no root, unless it is not run at all`, () => {
      const user = config.user ?? recipes.find((base) => base.name === from)?.config.user;
      if (contents.kind !== 'bridge') expect(user).to.match(/^[1-9]\d*:[1-9]\d*$/);
    });

    if (contents.kind !== 'npm') continue;
    it(`${name} is pinned, with a lock file of integrity hashes and no registry's address`, () => {
      expect(contents.version).to.match(/^\d+\.\d+\.\d+$/);
      expect(name.endsWith(`:${contents.version}`)).to.equal(true);
      const lock = JSON.parse(lockText(contents)) as { packages: Record<string, Record<string, unknown>> };
      for (const [path, locked] of Object.entries(lock.packages)) {
        if (path === '') continue;
        expect(locked, path).to.include.keys('version', 'integrity');
        expect(locked, path).to.not.have.any.keys('resolved', 'hasInstallScript');
      }
      expect(config.entrypoint?.at(-1)).to.equal(`/app/node_modules/${contents.package}/${contents.entry}`);
    });
  }

  it('takes full names, short names and sets, in its own order', () => {
    expect(selectImages(recipes, ['consul:1.8.7', 'mcpnet/haproxy:3.0'])).to.deep.equal([
      'mcpnet/haproxy:3.0',
      'mcpnet/consul:1.8.7',
    ]);
    expect(selectImages(recipes, ['all'])).to.have.length(recipes.length);
    expect(() => selectImages(recipes, ['nothing:1'])).to.throw('no recipe for image "nothing:1"');
  });

  it('becomes a Dockerfile of one layer', () => {
    expect(dockerfile({ ...recipe, from: 'mcpnet/node:24' })).to.equal(
      'FROM mcpnet/node:24\nADD layer.tar /\nENTRYPOINT ["node","/app/node_modules/sample/index.js"]\n',
    );
  });
});
