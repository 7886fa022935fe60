import { hashOf } from './hash.ts';
import type { Redact } from './redact.ts';
import type { ResourceKey } from './resource.ts';
import { describeChange } from './spec-change.ts';

/** How a revision fares. A failed one may still come up; `Superseded` is the last word on one that is no longer in force. */
export const results = ['Progressing', 'Canary', 'Serving', 'Failed', 'Superseded'] as const;
export type Result = (typeof results)[number];

/** One version of what a resource runs: its spec without the settings that apply at once, such as `replicas`. */
export interface Revision {
  /** From 1; never given twice. */
  readonly number: number;
  readonly hash: string;
  readonly content: unknown;
  /** What led to it: `first declared`, `spec.image tiny:1 -> tiny:2`, `rollback to 3`. */
  readonly cause: string;
  /** Where its manifest stood: `files.yaml:1`. */
  readonly origin: string;
  /** RFC 3339, UTC, as are all times here. */
  readonly declaredAt: string;
  /** The first steps that it took, as `mcpnet plan` prints them. */
  readonly plan?: string;
  readonly result: Result;
  readonly reason?: string;
  readonly message?: string;
  /** When all of it served for the first time. */
  readonly servedAt?: string;
  readonly finishedAt?: string;
}

/** Keeps the revision in force against the manifest: until the manifest changes, or until somebody resumes. */
export interface Hold {
  readonly reason: 'RolledBack' | 'Paused';
  readonly since: string;
  /** What the manifest declared when it was put on hold. */
  readonly declared: unknown;
}

/** What is remembered of one resource. A record, not the truth: without it everything still reconciles. */
export interface History {
  readonly key: ResourceKey;
  /** Id of the source that brought it, and that alone may take it away. */
  readonly source?: string;
  readonly firstDeclaredAt: string;
  /** Counts the changes of the whole declaration, from 1. */
  readonly generation: number;
  readonly declaredHash: string;
  /** Oldest first; the last is in force. Empty for kinds without revisions. */
  readonly revisions: readonly Revision[];
  readonly hold?: Hold;
  /** Ids of workloads that somebody drained and that are not to come back. */
  readonly drained: readonly string[];
}

export interface Declaration {
  readonly key: ResourceKey;
  /** Of everything that was declared. */
  readonly hash: string;
  /** What makes a revision; undefined for kinds without revisions. */
  readonly content: unknown;
  readonly origin: string;
  /** Id of the source, where there are several. */
  readonly source?: string | undefined;
}

/** How the revision in force fares, as its controller sees it. */
export interface Outcome {
  readonly result: Exclude<Result, 'Superseded'>;
  readonly reason?: string;
  readonly message?: string;
}

export const mostRevisions = 10;

/** Takes over what is declared. Returns the same object if that is no news. */
export function declare(before: History | undefined, declaration: Declaration, now: string): History {
  const { key, hash, content, origin, source } = declaration;
  const remembered = before && before.source !== source ? broughtBy(before, source) : before;
  const known = remembered ?? {
    key,
    ...(source !== undefined && { source }),
    firstDeclaredAt: now,
    generation: 0,
    declaredHash: '',
    revisions: [],
    drained: [],
  };
  const counted =
    known.declaredHash === hash ? known : { ...known, generation: known.generation + 1, declaredHash: hash };
  if (content === undefined || isHeldAgainst(counted, content)) return counted;
  const free = released(counted);
  const current = inForce(free);
  if (current?.hash === hashOf(content)) return free;
  const cause = current ? describeChange(current.content, content) : 'first declared';
  return appended(free, { content, cause, origin }, now);
}

function broughtBy({ source: _before, ...history }: History, source: string | undefined): History {
  return source === undefined ? history : { ...history, source };
}

/** Takes over how the revision in force fares. Returns the same object if that is no news. */
export function settle(history: History, outcome: Outcome, plan: string | undefined, now: string): History {
  const current = inForce(history);
  if (!current) return history;
  const planned =
    plan !== undefined && current.plan === undefined && current.result === 'Progressing'
      ? { ...current, plan }
      : current;
  const settled = settledAs(planned, outcome, now);
  if (settled === current) return history;
  const others = history.revisions.slice(0, -1);
  return {
    ...history,
    revisions: [...(settled.result === 'Serving' ? others.map((each) => supersede(each, now)) : others), settled],
  };
}

export function inForce({ revisions }: History): Revision | undefined {
  return revisions.at(-1);
}

/**
 * The revision that serves while another one is being tried: the last that served, if that is another than the one in
 * force. Nothing is tried while the manifest is held off.
 */
export function stableBeside(history: History): Revision | undefined {
  const current = inForce(history);
  if (!current || history.hold) return undefined;
  const served = history.revisions.findLast(({ servedAt }) => servedAt !== undefined);
  return served?.hash === current.hash ? undefined : served;
}

/** Puts a revision at the end; one that had not come to a result gives way to it. */
export function appended(
  history: History,
  { content, cause, origin }: Pick<Revision, 'content' | 'cause' | 'origin'>,
  now: string,
): History {
  const last = inForce(history);
  const revision: Revision = {
    number: (last?.number ?? 0) + 1,
    hash: hashOf(content),
    content,
    cause,
    origin,
    declaredAt: now,
    result: 'Progressing',
  };
  const before = history.revisions.map((each) =>
    each.result === 'Progressing' || each.result === 'Canary' ? supersede(each, now) : each,
  );
  return { ...history, revisions: bounded([...before, revision]) };
}

/** What may be shown to anybody: causes and results, not what was declared. */
export function withoutContents(history: History): unknown {
  const { hold, revisions, ...rest } = history;
  return {
    ...rest,
    revisions: revisions.map(({ content: _content, ...revision }) => revision),
    ...(hold && { hold: { reason: hold.reason, since: hold.since } }),
  };
}

/** Without secrets in what is told of the revision in force; its content is its manifest's. */
export function redactLast(history: History, redact: Redact): History {
  const last = inForce(history);
  if (!last) return history;
  const { cause, plan, message } = last;
  const clean = {
    ...last,
    cause: redact(cause),
    ...(plan !== undefined && { plan: redact(plan) }),
    ...(message !== undefined && { message: redact(message) }),
  };
  const isClean = clean.cause === cause && clean.plan === plan && clean.message === message;
  return isClean ? history : { ...history, revisions: [...history.revisions.slice(0, -1), clean] };
}

/** Lets the manifest decide again. */
export function released(history: History): History {
  if (!history.hold) return history;
  const { hold: _hold, ...rest } = history;
  return rest;
}

function isHeldAgainst({ hold }: History, content: unknown): boolean {
  return hold !== undefined && (hold.reason === 'Paused' || hashOf(hold.declared) === hashOf(content));
}

function settledAs(revision: Revision, { result, reason, message }: Outcome, now: string): Revision {
  const { result: before } = revision;
  // What has served has had its result; later trouble is a matter of conditions. A failure stands until it serves.
  if (before === 'Serving' || (before === 'Failed' && (result === 'Progressing' || reason === revision.reason)))
    return revision;
  if (before === result && result !== 'Failed') return revision;
  const { reason: _reason, message: _message, finishedAt: _finishedAt, ...rest } = revision;
  switch (result) {
    case 'Serving':
      return { ...rest, result, servedAt: now, finishedAt: now };
    case 'Failed':
      return {
        ...rest,
        result,
        finishedAt: now,
        ...(reason !== undefined && { reason }),
        ...(message !== undefined && { message }),
      };
    case 'Progressing':
    case 'Canary':
      return { ...rest, result };
  }
}

function supersede(revision: Revision, now: string): Revision {
  if (revision.result === 'Failed') return revision;
  return { ...revision, result: 'Superseded', finishedAt: revision.finishedAt ?? now };
}

/** The newest, and always the last that served: it is what a rollback goes back to. */
function bounded(revisions: readonly Revision[]): Revision[] {
  const newest = revisions.slice(-mostRevisions);
  const served = revisions.findLast(({ servedAt }) => servedAt !== undefined);
  return served && !newest.includes(served) ? [served, ...newest.slice(1)] : newest;
}
