import { parseArgs } from 'node:util';
import type { CommandLine } from './child.ts';
import { imageCommand } from './image-command.ts';
import type { IsolationKind } from './isolation.ts';

export interface BridgeOptions {
  readonly host: string;
  readonly port: number;
  readonly path: string;
  readonly isolation: IsolationKind;
  readonly maxSessions: number;
  readonly idleTimeoutMs: number;
  /** Requests that a shared process gets at once; 0 for no limit. */
  readonly maxRequests: number;
  readonly command: CommandLine;
}

export const usage =
  'usage: bridge.mjs [--host 0.0.0.0] [--port 8080] [--path /mcp] [--isolation session|shared] [--max-sessions 24] ' +
  '[--idle-timeout-ms 900000] [--max-requests 0] [--image-command entrypoint|whole] -- command [args...]';

/** Throws with a sentence for the user when the line is not as `usage` says. */
export function parseOptions(line: readonly string[]): BridgeOptions {
  const dashes = line.indexOf('--');
  const words = dashes === -1 ? [] : line.slice(dashes + 1);
  const { values } = parseArgs({
    args: dashes === -1 ? [...line] : line.slice(0, dashes),
    options: {
      host: { type: 'string', default: '0.0.0.0' },
      port: { type: 'string', default: '8080' },
      path: { type: 'string', default: '/mcp' },
      isolation: { type: 'string', default: 'session' },
      'max-sessions': { type: 'string', default: '24' },
      'idle-timeout-ms': { type: 'string', default: '900000' },
      'max-requests': { type: 'string', default: '0' },
      'image-command': { type: 'string' },
    },
  });
  const { host, path, isolation } = values;
  if (isolation !== 'shared' && isolation !== 'session')
    throw new Error(`--isolation is shared or session, not ${isolation}`);
  if (!path.startsWith('/') || path === '/health' || path === '/drained')
    throw new Error(`--path starts with / and is neither /health nor /drained: ${path}`);
  return {
    host,
    path,
    isolation,
    port: integer('--port', values.port, 0, 65_535),
    maxSessions: integer('--max-sessions', values['max-sessions'], 1, 100_000),
    idleTimeoutMs: integer('--idle-timeout-ms', values['idle-timeout-ms'], 1, 2 ** 31 - 1),
    maxRequests: integer('--max-requests', values['max-requests'], 0, 100_000),
    command: commandOf(words, values['image-command']),
  };
}

/** As given, or as the image says it; then what is given are arguments. */
function commandOf(words: readonly string[], fromImage: string | undefined): CommandLine {
  if (fromImage !== undefined) return imageCommand(fromImage === 'entrypoint' ? 'entrypoint' : 'whole', words);
  const [command, ...args] = words;
  if (command === undefined) throw new Error('no server command: put it after --');
  return { command, args };
}

function integer(name: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  throw new Error(`${name} is a whole number from ${min} to ${max}, not ${text}`);
}
