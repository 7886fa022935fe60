import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';

const root = new URL('..', import.meta.url).pathname;
const documented = namesIn('docs/reasons.md');
const cured = namesIn('docs/troubleshooting.md');

describe('reasons', () => {
  for (const reason of reasonsInCode()) {
    it(`documents ${reason}`, () => {
      expect([...documented]).to.include(reason);
    });
  }

  for (const name of documented) {
    it(`has a way out of ${name} in the troubleshooting guide`, () => {
      expect([...cured]).to.include(name);
    });
  }

  it('finds the reasons in the code at all', () => {
    expect(reasonsInCode()).to.include.members([
      'ImageMissing',
      'PortTaken',
      'InvalidManifest',
      'Serving',
      'CrashLoop',
    ]);
  });
});

function namesIn(file: string): ReadonlySet<string> {
  return new Set(readFileSync(join(root, file), 'utf8').match(/(?<=`)[A-Z][A-Za-z]+(?=`)/g));
}

/** Second argument of a fault, third of a condition, `reason:` of a problem, and the third value of a phase. */
function reasonsInCode(): string[] {
  const forms = [
    /new Fault\(\s*'\w+',\s*'([A-Z]\w+)'/g,
    /condition\(\s*'\w+',\s*'\w+',\s*(?:\w+ \? )?'([A-Z]\w+)'/g,
    /reason: '([A-Z]\w+)'/g,
    /\? '([A-Z]\w+)' : '[A-Z]\w+'/g,
    /\? '[A-Z]\w+' : '([A-Z]\w+)'/g,
    /\['failed', .*?'([A-Z]\w+)'\]/g,
  ];
  const notReasons = new Set([
    'True',
    'False',
    'Unknown',
    'MCPNetwork',
    'MCPService',
    'UP',
    'DOWN',
    'Normal',
    'Warning',
    'Deployment',
    'StatefulSet',
  ]);
  const texts = ['operator/core', 'operator/engine', 'operator/drivers', 'operator/sources', 'controllers'].flatMap(
    (folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.ts'))
        .map((name) => readFileSync(join(root, folder, name), 'utf8')),
  );
  const found = texts.flatMap((text) =>
    forms.flatMap((form) => [...text.matchAll(form)].map(([, reason]) => reason ?? '')),
  );
  return [...new Set(found)].filter((reason) => !notReasons.has(reason)).toSorted();
}
