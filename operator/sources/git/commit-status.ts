import { short } from './judgement.ts';

/** Hosts whose APIs mark commits. */
export type StatusHost = 'github' | 'gitlab' | 'gitea';

export interface CommitVerdict {
  readonly commit: string;
  readonly state: 'success' | 'failure';
  /** One line, for the page of the commit. */
  readonly description: string;
}

/** What people see as the name of the check. */
const context = 'mcpnet';
const longestDescription = 140;
const timeoutMs = 10_000;

/**
 * Marks a commit at the host of its repository: GitHub's and Gitea's "Create a commit status", GitLab's "Set commit pipeline
 * status".
 * @param label tells several clusters of one repository apart
 * @throws Error with the host's answer
 */
export async function tellHost(
  host: StatusHost,
  { url, label, token }: { readonly url: string; readonly label: string; readonly token: string },
  { commit, state, description }: CommitVerdict,
): Promise<void> {
  const text =
    description.length > longestDescription ? `${description.slice(0, longestDescription - 3)}...` : description;
  const name = `${context}/${label}`;
  const answer = await fetch(statusAddress(host, url, commit), {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(host === 'gitlab' ? { 'private-token': token } : { authorization: `token ${token}` }),
    },
    body: JSON.stringify(
      host === 'gitlab'
        ? { state: state === 'success' ? 'success' : 'failed', name, description: text }
        : { state, context: name, description: text },
    ),
    redirect: 'error',
    signal: AbortSignal.timeout(timeoutMs),
  });
  if (!answer.ok)
    throw new Error(`${short(commit)} could not be marked at ${new URL(url).host}: it answered ${answer.status}`);
}

/** Where the API of a repository's host takes the mark of a commit. @throws Error for an address that is not of the web */
export function statusAddress(host: StatusHost, url: string, commit: string): string {
  const web = URL.parse(url);
  if (!web || !/^https?:$/.test(web.protocol))
    throw new Error(`commits of ${url} cannot be marked: its host has no API there; read it over https`);
  const path = web.pathname.replace(/^\/+|\/+$/g, '').replace(/\.git$/, '');
  switch (host) {
    case 'github': {
      const api = web.host === 'github.com' ? 'https://api.github.com' : `${web.origin}/api/v3`;
      return `${api}/repos/${path}/statuses/${commit}`;
    }
    case 'gitlab':
      return `${web.origin}/api/v4/projects/${encodeURIComponent(path)}/statuses/${commit}`;
    case 'gitea':
      return `${web.origin}/api/v1/repos/${path}/statuses/${commit}`;
  }
}
