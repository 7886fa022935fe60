import { join } from 'node:path';
import type { Clock } from '../../ports/clock.ts';
import type { Secrets } from '../../ports/secrets.ts';
import type { ManifestProblem, RefusedCommit, Snapshot, Source, SourceNews, SourceReport } from '../../ports/source.ts';
import { openAccess, secretKeys } from './access.ts';
import { parseAddress, type GitAddress } from './address.ts';
import { readApplied, writeApplied, type Applied } from './applied-file.ts';
import { tellHost, type CommitVerdict } from './commit-status.ts';
import { CommitManifests } from './commit-manifests.ts';
import { isGenuine, type Headers } from './hook.ts';
import { judgeCommit, short } from './judgement.ts';
import { Repository } from './repository.ts';
import { GitFailed, type GitEnvironment } from './run-git.ts';
import { gitSourceId, type GitPlace } from './git-place.ts';
import { Rounds } from './rounds.ts';
import { Standing } from './standing.ts';

export interface GitSourceDeps {
  readonly place: GitPlace;
  /** As commands and webhooks call it. */
  readonly alias: string;
  /** Its own, kept from one operator to the next. */
  readonly directory: string;
  /** Whether what is applied is kept for the next operator: not by who only looks. */
  readonly keeps: boolean;
  readonly env: GitEnvironment;
  readonly secrets: Secrets;
  readonly allowEmpty: boolean;
  readonly judge: (snapshot: Snapshot) => readonly ManifestProblem[];
  readonly clock: Clock;
  readonly random: () => number;
}

/** What was read this long ago is taken for the newest by who only looks. */
const freshMs = 5_000;
/** No start waits longer than this for a repository that does not answer. */
const longestLookMs = 15_000;
const nothing: Snapshot = { documents: [], problems: [], complete: true };
const nothingYet: Snapshot = { ...nothing, complete: false };

/**
 * Manifests of a git repository. A commit is applied whole, if all of it is valid, or not at all; until then the one before
 * stays in force, whatever becomes of the repository.
 */
export class GitSource implements Source {
  readonly name: string;
  readonly id: string;
  readonly alias: string;
  readonly takesStrays = false;
  readonly #deps: GitSourceDeps;
  readonly #address: GitAddress;
  readonly #repository: Repository;
  readonly #manifests: CommitManifests;
  readonly #rounds: Rounds;
  readonly #standing: Standing;
  #current: { readonly applied: Applied; readonly snapshot: Snapshot } | undefined;
  /** Whether the last look found that what is in force is the newest: otherwise another process may have applied what came since. */
  #isConfirmed = false;
  #changed: () => void = () => undefined;

  constructor(deps: GitSourceDeps) {
    const { place, alias, directory, keeps, env, clock, random } = deps;
    const { url, ref, path } = place;
    this.#deps = deps;
    this.#address = parseAddress(url);
    this.name = `git ${url} (${path === '' ? ref : `${ref}, ${path}`})`;
    this.id = gitSourceId(place);
    this.alias = alias;
    this.#standing = new Standing(clock);
    this.#repository = new Repository(join(directory, keeps ? 'repository' : 'look'), env);
    this.#manifests = new CommitManifests(this.#repository, path, join(directory, 'files'));
    this.#rounds = new Rounds({
      clock,
      random,
      intervalMs: place.intervalMs,
      round: (signal) => this.#look(signal),
    });
  }

  async scan(): Promise<Snapshot> {
    await this.#recall().catch((error: unknown) => {
      this.#fail(error);
    });
    if (!this.#rounds.isGoing && this.#standing.ageMs > freshMs) await this.#look(AbortSignal.timeout(longestLookMs));
    if (!this.#current) return nothingYet;
    const { snapshot } = this.#current;
    return this.#isConfirmed ? snapshot : { ...snapshot, complete: false };
  }

  watch(changed: () => void, signal: AbortSignal): void {
    this.#changed = changed;
    this.#rounds.start(signal);
  }

  hook(headers: Headers, body: Buffer): boolean | undefined {
    const { place, secrets } = this.#deps;
    const secret = place.secret === undefined ? undefined : secrets.value(place.secret, secretKeys.webhook);
    if (secret === undefined || secret === '') return undefined;
    const isMeant = isGenuine(headers, body, secret);
    if (isMeant) this.#rounds.now();
    return isMeant;
  }

  tell(listener: (news: SourceNews) => void, signal: AbortSignal): void {
    this.#standing.tell(listener, signal);
  }

  report(): SourceReport {
    const { url, ref, path } = this.#deps.place;
    const applied = this.#current?.applied;
    return { kind: 'git', url, ref, path, ...(applied && { applied: shown(applied) }), ...this.#standing.report() };
  }

  /** Takes over what another process, or the one before, has applied meanwhile. */
  async #recall(): Promise<void> {
    if (!this.#deps.keeps) return;
    const applied = await readApplied(this.#appliedFile);
    if (!applied || applied.appliedAt === this.#current?.applied.appliedAt) return;
    await this.#repository.open();
    const snapshot = applied.isGone ? nothing : await this.#manifests.read(applied.commit);
    this.#current = { applied, snapshot };
  }

  /** Looks once, and says whether that went well. */
  async #look(signal: AbortSignal): Promise<boolean> {
    try {
      await this.#update(signal);
      this.#standing.read();
      return true;
    } catch (error) {
      if (error instanceof GitFailed && /corrupt|not a git repo|bad object|loose object/i.test(error.said))
        await this.#repository.discard().catch(() => undefined);
      this.#fail(error);
      return false;
    }
  }

  async #update(signal: AbortSignal): Promise<void> {
    const { place, secrets, allowEmpty, judge } = this.#deps;
    const { ref, path, secret, allowRewrite, verify } = place;
    const commit = await this.#fetch(signal);
    const applied = this.#current?.applied ?? (await readApplied(this.#appliedFile));
    if (commit === undefined) {
      if (applied?.isGone) this.#accept();
      else if (allowEmpty && applied)
        await this.#apply({ ...applied, documents: 0, isGone: true, appliedAt: this.#standing.now() }, nothing);
      else this.#refuse({ reason: 'BranchMissing', message: whyMissing(ref), problems: [] });
      return;
    }
    if (commit === this.#current?.applied.commit && applied?.ref === ref && !applied.isGone) {
      this.#accept();
      return;
    }
    const { refused } = this.#standing;
    if (commit === refused?.commit && refused.reason === 'InvalidManifests') return;
    const signers = verify ? ((secret && secrets.value(secret, secretKeys.signers)) ?? '') : undefined;
    const rules = { ref, path, allowEmpty, allowRewrite, allowedSigners: signers, judge };
    const judgement = await judgeCommit(commit, applied, this.#repository, this.#manifests, rules);
    if ('refused' in judgement) {
      this.#refuse(judgement.refused);
      return;
    }
    const facts = await this.#repository.factsOf(commit);
    const documents = judgement.snapshot.documents.length;
    await this.#apply({ commit, ref, ...facts, appliedAt: this.#standing.now(), documents }, judgement.snapshot);
    await this.#repository.keep(commit);
  }

  async #fetch(signal: AbortSignal): Promise<string | undefined> {
    const { place, directory, secrets } = this.#deps;
    await this.#repository.open();
    const access = await openAccess(this.#address, place.secret, secrets, join(directory, 'ssh'));
    try {
      const isKnown = (await readApplied(this.#appliedFile)) !== undefined;
      return await this.#repository.fetch(place.url, place.ref, { access, signal, isShallow: !isKnown });
    } finally {
      await access.end();
    }
  }

  /** What is kept is kept before it counts: whoever comes after a crash goes on from here. */
  async #apply(applied: Applied, snapshot: Snapshot): Promise<void> {
    if (this.#deps.keeps) await writeApplied(this.#appliedFile, applied);
    this.#current = { applied, snapshot };
    this.#isConfirmed = true;
    this.#standing.accept();
    this.#changed();
    this.#standing.say('Normal', 'CommitApplied', `${short(applied.commit)} "${applied.subject}" by ${applied.author}`);
    const description = `applied: ${applied.documents} resource${applied.documents === 1 ? '' : 's'}`;
    this.#mark({ commit: applied.commit, state: 'success', description });
  }

  #accept(): void {
    this.#standing.accept();
    if (this.#isConfirmed) return;
    this.#isConfirmed = true;
    this.#changed();
  }

  #refuse(refused: Omit<RefusedCommit, 'since'>): void {
    this.#isConfirmed = false;
    const { commit, reason, message, problems } = refused;
    if (!this.#standing.refuse(refused) || commit === undefined) return;
    this.#mark({ commit, state: 'failure', description: `${reason}: ${problems[0] ?? message}` });
  }

  #fail(error: unknown): void {
    this.#isConfirmed = false;
    this.#standing.fail(this.#deps.secrets.redact(error instanceof Error ? error.message : String(error)));
  }

  /** Marks a commit at its host, if that is wanted; what is in force does not depend on it. */
  #mark(verdict: CommitVerdict): void {
    const { place, alias, secrets, keeps } = this.#deps;
    const { statuses, secret, url } = place;
    if (!statuses || !keeps) return;
    const value = (key: string): string | undefined => (secret === undefined ? undefined : secrets.value(secret, key));
    const token = value(secretKeys.status) ?? value(secretKeys.token) ?? '';
    const description = secrets.redact(verdict.description);
    tellHost(statuses, { url, label: alias, token }, { ...verdict, description }).catch((error: unknown) => {
      const message = error instanceof Error ? error.message : String(error);
      this.#standing.say('Warning', 'HostNotTold', secrets.redact(message));
    });
  }

  get #appliedFile(): string {
    return join(this.#deps.directory, 'applied.json');
  }
}

function shown({
  documents: _documents,
  ref: _ref,
  isGone: _isGone,
  ...applied
}: Applied): NonNullable<SourceReport['applied']> {
  return applied;
}

function whyMissing(ref: string): string {
  return `the repository has no branch or tag ${ref}; what was applied stays. Push it again, name another with --ref, or run with --allow-empty if nothing is to be left`;
}
