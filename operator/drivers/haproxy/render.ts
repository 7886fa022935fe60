import type { BackendSpec } from '../../core/route-spec.ts';
import type { BoundBalancer, Entry, Model, ServerEntry } from './model.ts';
import { globalLines, statisticsLines } from './render-global.ts';
import { backendLines, listenerLines } from './render-service.ts';

interface Piece {
  readonly balancer: BoundBalancer;
  readonly servers: readonly ServerEntry[];
  readonly bytes: Buffer;
}

/** What each backend was last rendered to. */
const pieces = new WeakMap<Entry<BackendSpec>, Piece>();
const heads = new WeakMap<Model['balancer'], Buffer>();
const none: readonly ServerEntry[] = [];

/**
 * The whole file, in pieces: the head, and one for each service. Pure: equal models give equal bytes. A service in which
 * nothing changed costs nothing: its piece is the very buffer that it was before. The comment lines carry the model, see
 * `parseModel`.
 */
export function render(model: Model): readonly Buffer[] {
  const servers = Map.groupBy(model.servers.values(), ({ spec }) => spec.backend);
  const backends = [...model.backends.values()].sort((left, right) => (left.id < right.id ? -1 : 1));
  return [
    head(model),
    ...backends.map((backend) => pieceOf(backend, servers.get(backend.id) ?? none, model.balancer.spec)),
  ];
}

function head(model: Model): Buffer {
  const lines = [
    '# Written by mcpnet. Changes by hand are overwritten.',
    ...globalLines(model),
    ...statisticsLines(model),
  ];
  const bytes = bytesOf(lines);
  const last = heads.get(model.balancer);
  if (last?.equals(bytes)) return last;
  heads.set(model.balancer, bytes);
  return bytes;
}

function pieceOf(backend: Entry<BackendSpec>, servers: readonly ServerEntry[], balancer: BoundBalancer): Buffer {
  const last = pieces.get(backend);
  if (last?.balancer === balancer && isSame(last.servers, servers)) return last.bytes;
  const rendered = bytesOf(['', ...listenerLines(backend, balancer), '', ...backendLines(backend, servers, balancer)]);
  const bytes = last?.bytes.equals(rendered) ? last.bytes : rendered;
  pieces.set(backend, { balancer, servers, bytes });
  return bytes;
}

function isSame(left: readonly ServerEntry[], right: readonly ServerEntry[]): boolean {
  return left.length === right.length && left.every((server, index) => server === right[index]);
}

function bytesOf(lines: readonly string[]): Buffer {
  return Buffer.from(`${lines.join('\n')}\n`);
}
