import { printable } from '../core/printable.ts';
import type { ClusterObject } from '../core/resource.ts';
import type { Reports } from './reports.ts';

/** What systems allow, PATH_MAX. */
const longestPath = 4_096;

/** A place that manifests come from. */
export interface Source {
  /** As shown to people: the directory's path, the repository's address. */
  readonly name: string;
  /** Stays the same for as long as what it brought is its own to take away; the name where absent. */
  readonly id?: string;
  /**
   * Whether it takes away what exists, is declared by nobody, and was brought by nobody knows whom. A source does, unless
   * it says no.
   */
  readonly takesStrays?: boolean;
  /** What commands and webhooks call it. */
  readonly alias?: string;
  /** Reads everything, now. Never throws: what cannot be read is a problem in the snapshot. */
  scan(): Promise<Snapshot>;
  /** What one file says now; undefined if only a scan can tell (it is gone, or not where the last scan looked). */
  read?(file: string): Promise<FileReading | undefined>;
  /**
   * Calls back when a scan may give something else, until the signal aborts. A file is named where nothing but it seems
   * to have changed, by a source that can read it alone.
   */
  watch(changed: (file?: string) => void, signal: AbortSignal): void;
  /** Told how what it brought fares, where it can pass that on. */
  readonly feedback?: Reports;
  /** How it fares; of a source that has more to tell than what it declares. */
  report?(): SourceReport;
  /**
   * Has it look now, if this request of a host is genuine, and says whether it is; undefined if it knows no secret by which
   * to tell.
   */
  hook?(headers: Readonly<Record<string, string | readonly string[] | undefined>>, body: Buffer): boolean | undefined;
  /** Calls back with what people should know of, until the signal aborts. */
  tell?(listener: (news: SourceNews) => void, signal: AbortSignal): void;
}

/** How a source fares that brings versions of all its manifests at once. Times are RFC 3339, UTC. */
export interface SourceReport {
  readonly kind: 'git';
  readonly url: string;
  readonly ref: string;
  /** From the root of the repository; empty for all of it. */
  readonly path: string;
  /** The version in force. */
  readonly applied?: AppliedCommit;
  /** The newest version, if it is not in force. */
  readonly refused?: RefusedCommit;
  /** Why it cannot be read now. */
  readonly failure?: { readonly message: string; readonly since: string; readonly attempts: number };
  /** When it was last read. */
  readonly checkedAt?: string;
}

export interface AppliedCommit {
  readonly commit: string;
  readonly subject: string;
  readonly author: string;
  readonly committedAt: string;
  readonly appliedAt: string;
}

export interface RefusedCommit {
  /** Absent where the branch is gone. */
  readonly commit?: string;
  readonly reason: 'InvalidManifests' | 'HistoryRewritten' | 'BranchMissing' | 'Emptied' | 'NotSigned';
  /** What, and what to do. */
  readonly message: string;
  /** `files.yaml:14:3 spec.replicas must be integer; write a whole number` */
  readonly problems: readonly string[];
  readonly since: string;
}

export interface SourceNews {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
}

/** One file, with the files of the last scan around it. */
export interface FileReading extends Snapshot {
  readonly file: string;
}

/** All documents of a source at one moment. */
export interface Snapshot {
  readonly documents: readonly SourceDocument[];
  readonly problems: readonly ManifestProblem[];
  /** Whether the root itself could be listed to its end. Without it nothing may be pruned. */
  readonly complete: boolean;
  /** Whether each document stands for itself, so that what is wrong with one says nothing of another that is not there. */
  readonly areSeparate?: boolean;
  /** Whether somebody has removed, one by one, all that it lacks: then it may even be empty. */
  readonly isEmptied?: boolean;
}

export interface SourceDocument {
  readonly value: unknown;
  readonly file: string;
  /** Absolute; relative host paths in the document start there. Empty where it lies in no directory. */
  readonly directory: string;
  /** The object that it is, where it comes from a cluster. */
  readonly object?: ClusterObject;
  /** Position of the value at a path of keys and indexes, or of its closest parent that exists. */
  locate(path: readonly (string | number)[]): Position;
}

/** Both 1-based; 0 where there are no lines. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** What is wrong with a manifest, where, and what to do. */
export interface ManifestProblem extends Position {
  readonly file: string;
  /** JSON path such as `spec.replicas`; empty for the document as a whole. */
  readonly path: string;
  readonly message: string;
  readonly remedy: string;
}

/** `files.yaml:14:3 spec.replicas must be integer; write a whole number` */
export function formatProblem({ file, line, column, path, message, remedy }: ManifestProblem): string {
  const place = line === 0 ? '' : `:${line}:${column}`;
  return `${printable(file, longestPath)}${place}${path === '' ? '' : ` ${path}`} ${message}; ${remedy}`;
}
