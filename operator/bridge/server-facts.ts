import { isFields, type Fields, type JsonRpcResponse } from './json-rpc.ts';

/** What a server said of itself in its answer to `initialize`. */
export interface ServerFacts {
  readonly protocolVersion: string;
  readonly capabilities: Fields;
  readonly serverInfo: Fields;
  readonly instructions?: string;
}

/** Throws when the answer is an error or no answer to `initialize` at all. */
export function serverFactsIn({ result, error }: JsonRpcResponse): ServerFacts {
  if (error !== undefined) throw new Error(`the server answered initialize with an error: ${error.message}`);
  const { protocolVersion, capabilities, serverInfo, instructions } = result ?? {};
  if (typeof protocolVersion !== 'string') throw new Error('the server answered initialize without a protocolVersion');
  return {
    protocolVersion,
    capabilities: isFields(capabilities) ? capabilities : {},
    serverInfo: isFields(serverInfo) ? serverInfo : {},
    ...(typeof instructions === 'string' && { instructions }),
  };
}
