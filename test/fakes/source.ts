import type { Snapshot, Source } from '../../operator/ports/source.ts';
import { Line } from './line.ts';
import { snapshotOf, type Manifest } from './manifests.ts';
import { count, type Circumstances } from './trouble.ts';

/** Manifests in memory. */
export class FakeSource implements Source {
  readonly name = 'memory';
  readonly manifests = new Map<string, unknown>();
  /** What a scan says besides. */
  more: Partial<Snapshot> = {};
  #changed: () => void = () => undefined;
  #circumstances: Circumstances | undefined;
  #line: Line | undefined;

  /** From now on its scans are as slow, and its hints as lossy, as everything else. */
  isSubjectTo(circumstances: Circumstances): void {
    this.#circumstances = circumstances;
    this.#line = new Line('the directory of manifests', circumstances);
  }

  /** What could not be read to the end is an incomplete snapshot. */
  async scan(): Promise<Snapshot> {
    const scan = (): Snapshot => snapshotOf([...this.manifests.values()], this.more);
    return this.#line
      ? this.#line.call(scan).catch((): Snapshot => ({ documents: [], problems: [], complete: false }))
      : scan();
  }

  watch(changed: () => void): void {
    this.#changed = changed;
  }

  set(...manifests: Manifest[]): void {
    for (const manifest of manifests) this.manifests.set(nameOf(manifest), manifest);
    this.#hint();
  }

  remove(...manifests: Manifest[]): void {
    for (const manifest of manifests) this.manifests.delete(nameOf(manifest));
    this.#hint();
  }

  #hint(): void {
    const { random, trouble, injected } = this.#circumstances ?? {};
    const isLost = trouble !== undefined && trouble.lostHints > 0 && (random?.() ?? 0) < trouble.lostHints;
    if (isLost && injected) count(injected, 'a change of a manifest goes unnoticed');
    if (!isLost) this.#changed();
  }
}

function nameOf(manifest: Manifest): string {
  return `${String(manifest['kind'])}/${(manifest['metadata'] as { name: string }).name}`;
}
