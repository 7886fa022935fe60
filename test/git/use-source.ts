import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SecretValues } from '../../operator/core/redact.ts';
import { problemsIn } from '../../operator/engine/problems.ts';
import { systemClock } from '../../operator/ports/clock.ts';
import type { SourceNews } from '../../operator/ports/source.ts';
import { GitSource, type GitSourceDeps } from '../../operator/sources/git/source.ts';
import { Origin } from './origin.ts';

export interface Bench {
  readonly origin: Origin;
  /** Where what sources keep lies; each bench has its own. */
  readonly state: string;
  readonly secret: Record<string, string>;
  /** What sources told, `Warning HistoryRewritten`. */
  readonly told: string[];
  readonly news: SourceNews[];
  /** A source as an operator opens it; it reads the repository when it is scanned, unless it is watched. */
  open(place?: Partial<GitSourceDeps['place']>, deps?: Partial<GitSourceDeps>): GitSource;
}

/** A repository of its own for each test. */
export function useSource(): () => Bench {
  let bench: Bench;
  const ends: (() => Promise<void>)[] = [];
  beforeEach(async () => {
    const origin = await Origin.create();
    const state = await mkdtemp(join(tmpdir(), 'mcpnet-git-state-'));
    ends.push(
      () => origin.remove(),
      () => rm(state, { recursive: true, force: true }),
    );
    bench = makeBench(origin, state);
  });
  afterEach(async () => {
    for (const end of ends.splice(0)) await end();
  });
  return () => bench;
}

function makeBench(origin: Origin, state: string): Bench {
  const secret: Record<string, string> = {};
  const [told, news]: [string[], SourceNews[]] = [[], []];
  const redact = (text: string): string => {
    const values = new SecretValues();
    for (const value of Object.values(secret)) values.add(value);
    return values.redact(text);
  };
  const secrets = { digests: () => undefined, value: (_name: string, key: string) => secret[key], redact };
  // Time passes for it whenever somebody asks, so that every scan looks anew.
  let nowMs = Date.now();
  const clock = { ...systemClock, now: () => (nowMs += 10_000) };
  return {
    origin,
    state,
    secret,
    told,
    news,
    open(place = {}, deps = {}) {
      const source = new GitSource({
        place: {
          url: origin.url,
          ref: 'main',
          path: '',
          secret: 'fleet',
          intervalMs: 60_000,
          allowRewrite: false,
          verify: false,
          ...place,
        },
        alias: 'fleet',
        directory: join(state, 'git'),
        keeps: true,
        env: { PATH: process.env['PATH'] ?? '' },
        secrets,
        allowEmpty: false,
        judge: problemsIn,
        clock,
        random: () => 0.5,
        ...deps,
      });
      source.tell((each) => {
        news.push(each);
        told.push(`${each.type} ${each.reason}`);
      }, new AbortController().signal);
      return source;
    },
  };
}

/** Names of what a source declares. */
export async function namesIn(source: GitSource): Promise<string[]> {
  const { documents } = await source.scan();
  return documents.map(({ value }) => (value as { metadata: { name: string } }).metadata.name);
}
