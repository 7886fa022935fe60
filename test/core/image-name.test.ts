import { expect } from 'chai';
import { likelyImage } from '../../operator/core/image-name.ts';

describe('the image that was meant', () => {
  const here = [
    'mcpnet/files:2026.8.31',
    'mcpnet/files:1.0',
    'mcpnet/sqlite:1',
    'alpine:latest',
    'r.example:5000/x/tool:2',
  ];
  const cases: readonly (readonly [string, string, string | undefined])[] = [
    ['is the tag that is almost what was typed', 'mcpnet/files:2026.8.13', 'mcpnet/files:2026.8.31'],
    ['is a tag that is here where none is like it', 'mcpnet/files:nightly', 'mcpnet/files:2026.8.31'],
    ['is the name that is almost what was typed, with its tag', 'mcpnet/fiels:1.0', 'mcpnet/files:1.0'],
    ['is latest where no tag was typed', 'alpin', 'alpine:latest'],
    ['is found behind the port of a registry', 'r.example:5000/x/tool:3', 'r.example:5000/x/tool:2'],
    ['is not of another place', 'other/files:1.0', undefined],
    ['is nothing where nothing is like it', 'mcpnet/weather:1', undefined],
  ];
  for (const [sentence, typed, expected] of cases)
    it(sentence, () => {
      expect(likelyImage(typed, here)).to.equal(expected);
    });
});
