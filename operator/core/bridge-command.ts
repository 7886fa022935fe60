import type { BridgeSpec } from './item.ts';

/** Where the bridge's files are mounted. */
export const bridgeDirectory = '/mcpnet';

const [loader, node, program] = ['/mcpnet/lib/ld.so', '/mcpnet/bin/node', '/mcpnet/bridge.mjs'] as const;

/** Without these no bridge starts. */
export const bridgeFiles: readonly string[] = [loader, node, program];

/** The bridge's own Node, which runs in any image: it brings its loader and libraries. */
export const bridgeNode = [loader, '--library-path', '/mcpnet/lib', node];

/** What it reads it passes on at once: with a small young generation it stays at half the memory, and is no slower. */
export const bridgeProgram = [...bridgeNode, '--max-semi-space-size=2', program];

export function bridgeFlags({ port, path, isolation, maxSessions, idleTimeoutMs, maxRequests }: BridgeSpec): string[] {
  return [
    '--port',
    String(port),
    '--path',
    path,
    '--isolation',
    isolation,
    '--max-sessions',
    String(maxSessions),
    '--idle-timeout-ms',
    String(idleTimeoutMs),
    ...(maxRequests === undefined ? [] : ['--max-requests', String(maxRequests)]),
  ];
}
