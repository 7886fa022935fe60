import { expect } from 'chai';
import type { Entry } from '../../operator/cli/clients/client-kind.ts';
import { jsonFile } from '../../operator/cli/clients/json-file.ts';
import { insertProperty } from '../../operator/cli/clients/json-insert.ts';
import { removeProperty } from '../../operator/cli/clients/json-remove.ts';
import { rivals, UnreadableFile } from '../../operator/cli/clients/server-table.ts';

const entry: Entry = { type: 'http', url: 'http://127.0.0.1:11101/mcp' };
const ours = new Map([['files', entry]]);

describe('a JSON file of a client', () => {
  const before = `{
  // mine
  "servers": {
    "own": { "command": "x",   "args": [ "1" ] }, // odd spaces
  },
  "inputs": [ 1,2 ]
}
`;

  it('gets servers without a change to any other byte', () => {
    const after = jsonFile('servers', 'jsonc').put(before, ours);
    expect(after).to.equal(`{
  // mine
  "servers": {
    "own": { "command": "x",   "args": [ "1" ] },
    "files": {
      "type": "http",
      "url": "http://127.0.0.1:11101/mcp"
    }, // odd spaces
  },
  "inputs": [ 1,2 ]
}
`);
  });

  it('is the same after a second time', () => {
    const file = jsonFile('servers', 'jsonc');
    const once = file.put(before, ours);
    expect(file.put(once, ours)).to.equal(once);
  });

  it('is begun where there is none', () => {
    expect(JSON.parse(jsonFile('mcpServers', 'json').put('', ours))).to.deep.equal({ mcpServers: { files: entry } });
  });

  it('keeps tabs and carriage returns', () => {
    const after = jsonFile('mcpServers', 'json').put('{\r\n\t"a": 1\r\n}\r\n', ours);
    expect(after).to.match(/\r\n\t"mcpServers": \{\r\n\t\t"files"/);
    expect(after.replaceAll('\r\n', '')).to.not.include('\n');
  });

  it('keeps what somebody added to our server, and only the way to it is ours', () => {
    const edited = '{"mcpServers":{"files":{"url":"http://127.0.0.1:1/mcp","command":"x","headers":{"a":"b"}}}}';
    const file = jsonFile('mcpServers', 'json');
    expect(rivals(file.servers(edited), ours)).to.deep.equal(['files']);
    expect(JSON.parse(file.put(edited, ours))).to.deep.equal({
      mcpServers: { files: { ...entry, headers: { a: 'b' } } },
    });
    const same = '{"mcpServers":{"files":{"url":"http://127.0.0.1:11101/mcp","type":"http","disabled":true}}}';
    expect(rivals(file.servers(same), ours)).to.deep.equal([]);
    expect(file.put(same, ours)).to.equal(same);
  });

  const broken: readonly (readonly [string, 'json' | 'jsonc', string, number, number])[] = [
    ['a missing comma', 'json', '{\n  "a": 1\n  "b": 2\n}', 3, 3],
    ['a comment where the client takes none', 'json', '{\n  // no\n}', 2, 3],
    ['an end in the middle', 'jsonc', '{\n  "a": {', 2, 9],
    ['a list', 'json', '[]', 1, 1],
    ['servers that are no object', 'json', '{"mcpServers": []}', 1, 1],
  ];
  for (const [what, form, text, line, column] of broken)
    it(`is left alone with ${what}, and the place is told`, () => {
      expect(() => jsonFile('mcpServers', form).put(text, ours))
        .to.throw(UnreadableFile)
        .that.includes({ line, column });
    });
});

describe('a property that is added to JSON', () => {
  const cases: readonly (readonly [string, string, string])[] = [
    ['on one line where the others are', '{"a": {"x":1}}', '{"a": {"x":1, "k": {"u":"v"}}}'],
    [
      'into an empty object',
      '{\n    "a": {}\n}\n',
      '{\n    "a": {\n        "k": {\n            "u": "v"\n        }\n    }\n}\n',
    ],
    [
      'before a comment in an object without properties',
      '{\n  "a": {\n    // none yet\n  }\n}',
      '{\n  "a": {\n    "k": {\n      "u": "v"\n    }\n    // none yet\n  }\n}',
    ],
  ];
  for (const [what, before, after] of cases)
    it(`stands ${what}`, () => {
      expect(insertProperty(before, ['a'], 'k', { u: 'v' })).to.equal(after);
    });
});

describe('a property that is taken out of JSON', () => {
  const texts: Readonly<Record<string, string>> = {
    'on one line': '{"a": {"x":1, "y": 2}}',
    'on lines of their own': '{\n  "a": {\n    "x": 1,\n    "y": { "z": [1,2] }\n  },\n  "b": 1\n}\n',
    'an empty object': '{\n    "a": {}\n}\n',
    'a comma at the end and comments': '{\r\n\t// a\r\n\t"a": {\r\n\t\t"x": 1, // x\r\n\t},\r\n}\r\n',
    'comments alone': '{\n  "a": {\n    // none yet\n  }\n}',
  };
  for (const [what, text] of Object.entries(texts))
    it(`leaves what was there before it was put in: ${what}`, () => {
      expect(removeProperty(insertProperty(text, ['a'], 'k', { u: 'v' }), ['a', 'k'])).to.equal(text);
    });

  const cases: readonly (readonly [string, string, string, string])[] = [
    ['the first of several', 'x', '{\n  "x": 1,\n  // of y\n  "y": 2\n}', '{\n  // of y\n  "y": 2\n}'],
    ['the first on a line', 'x', '{"x": 1, "y": 2}', '{"y": 2}'],
    ['the last, after a comment', 'y', '{\n  "x": 1, // of x\n  "y": 2\n}', '{\n  "x": 1 // of x\n}'],
    [
      'one between comments',
      'y',
      '{\n  "x": 1, // x\n  "y": 2,\n  "z": 3 // z\n}',
      '{\n  "x": 1, // x\n  "z": 3 // z\n}',
    ],
    ['the only one', 'x', '{\n  "x": 1\n}\n', '{}\n'],
  ];
  for (const [what, name, before, after] of cases)
    it(`leaves the others and their comments: ${what}`, () => {
      expect(removeProperty(before, [name])).to.equal(after);
    });
});
