/** Replaces files of a state directory over and over, as the operator does, until it is killed. Usage: DIRECTORY */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { replaceFileAtOnce } from '../../operator/files/replace-file.ts';
import { FileRecords } from '../../operator/records.ts';

const state = process.argv[2] ?? '.';
const records = new FileRecords(state);
mkdirSync(join(state, 'haproxy'), { recursive: true });
for (let count = 1; ; count++) {
  const length = (count * 7_919) % 300_000;
  const document = { filler: 'x'.repeat(length), length };
  replaceFileAtOnce(join(state, 'haproxy', `${count % 5}.json`), JSON.stringify(document));
  await records.save(`MCPService/default/${count % 5}`, document);
  if (count === 1) console.log('writing');
}
