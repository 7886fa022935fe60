/**
 * Reads a directory of manifests as the operator does, several times, and prints what it took. In a process of its own:
 * the peak of memory is one of a process. Usage: DIRECTORY
 */
import { Store } from '../../operator/engine/store.ts';
import { DirectorySource } from '../../operator/sources/directory.ts';

export interface Footprint {
  readonly documents: number;
  readonly problems: number;
  readonly peakMb: number;
  readonly ms: number;
}

const startedMs = performance.now();
const store = new Store({ allowEmpty: true });
const source = new DirectorySource(process.argv[2] ?? '.');
let documents = 0;
for (let round = 0; round < 3; round++) {
  const snapshot = await source.scan();
  store.apply(snapshot, false);
  documents = snapshot.documents.length;
}
const footprint: Footprint = {
  documents,
  problems: store.problems.length,
  peakMb: Math.round(process.resourceUsage().maxRSS / 1024),
  ms: Math.round(performance.now() - startedMs),
};
console.log(JSON.stringify(footprint));
