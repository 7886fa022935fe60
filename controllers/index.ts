import type { Kind } from '../operator/core/kind.ts';
import { mcpNetwork } from './mcpnetwork/index.ts';
import { mcpService } from './mcpservice/index.ts';

/** Every kind there is. Adding one means one folder beside this file, one schema, and one line here. */
export const kinds: readonly Kind<unknown>[] = [mcpNetwork, mcpService];
