import { nearest } from '../core/nearest.ts';

/** What can be listed. */
export type Sort = 'MCPService' | 'MCPNetwork' | 'Instance' | 'Source';

const words: Readonly<Record<Sort, readonly string[]>> = {
  MCPService: ['services', 'service', 'svc', 'mcpservice', 'mcpservices'],
  MCPNetwork: ['networks', 'network', 'net', 'mcpnetwork', 'mcpnetworks'],
  Instance: ['instances', 'instance', 'inst'],
  Source: ['sources', 'source', 'src'],
};

/** `service`, `networks`, `MCPService`: which sort of thing a word names; undefined if it names none. */
export function sortNamed(word: string): Sort | undefined {
  const lower = word.toLowerCase();
  // The keys of the table are its type's values.
  return (Object.keys(words) as Sort[]).find((sort) => words[sort].includes(lower));
}

/** @throws Error that names the kinds there are, if the word names none that is declared in manifests */
export function declaredKind(word: string): 'MCPService' | 'MCPNetwork' {
  const sort = sortNamed(word);
  if (sort === 'MCPService' || sort === 'MCPNetwork') return sort;
  const guess = nearest(word.toLowerCase(), [...words.MCPService, ...words.MCPNetwork]);
  throw new Error(
    `"${word}" is not a kind; ${guess === undefined ? 'there are: service, network' : `did you mean "${guess}"?`}`,
  );
}
