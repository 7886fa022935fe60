/** Where the bridge's volume is mounted. */
export const bridgeDirectory = '/mcpnet';

const [loader, node, program] = ['/mcpnet/lib/ld.so', '/mcpnet/bin/node', '/mcpnet/bridge.mjs'] as const;

/** Without these no bridge starts. */
export const bridgeFiles: readonly string[] = [loader, node, program];

/**
 * The bridge brings its own loader and libraries, so it runs in any image, be it alpine or empty. What it reads it passes
 * on at once: with a small young generation it stays at half the memory, and is no slower.
 */
export const bridgeProgram = [loader, '--library-path', '/mcpnet/lib', node, '--max-semi-space-size=2', program];
