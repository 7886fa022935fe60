import type { Verdict } from './isolation.ts';

const lifeMs = 1_000;

/** Answers `ask` at most once a second, and never has two questions under way. */
export class VerdictCache {
  readonly #ask: () => Promise<Verdict>;
  #pending: Promise<Verdict> | undefined;
  #last: { readonly verdict: Verdict; readonly atMs: number } | undefined;

  constructor(ask: () => Promise<Verdict>) {
    this.#ask = ask;
  }

  get(): Promise<Verdict> {
    if (this.#last !== undefined && performance.now() - this.#last.atMs < lifeMs)
      return Promise.resolve(this.#last.verdict);
    this.#pending ??= this.#renew();
    return this.#pending;
  }

  async #renew(): Promise<Verdict> {
    const verdict = await this.#ask();
    this.#last = { verdict, atMs: performance.now() };
    this.#pending = undefined;
    return verdict;
  }
}
