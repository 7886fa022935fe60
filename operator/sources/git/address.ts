/** Where a repository lies, and how it is reached. */
export interface GitAddress {
  readonly url: string;
  readonly transport: 'https' | 'http' | 'ssh' | 'file';
}

const loopback = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/**
 * Reads a repository's address: `https://`, `ssh://`, `file://`, git's short form `git@host:path`, an absolute path, and
 * `http://` of this machine. @throws Error that says what is wrong with it
 */
export function parseAddress(text: string): GitAddress {
  if (/[\p{Cc}\s]/u.test(text) || text.startsWith('-')) throw refusal(text, 'is no address', 'write one of the forms');
  if (text.startsWith('/')) return { url: text, transport: 'file' };
  const short = /^(?:[\w.-]+@)?[\w.-]+:(?!\/\/)[^:]+$/.exec(text);
  if (short) return { url: text, transport: 'ssh' };
  const parsed = URL.parse(text);
  if (!parsed) throw refusal(text, 'is no address', 'write one of the forms');
  const { protocol, hostname, password, username } = parsed;
  if (password !== '' || (username !== '' && protocol !== 'ssh:'))
    throw new Error(
      `the address of the repository at ${parsed.host} has a user or a password in it; put them into a secret: --git-secret NAME`,
    );
  switch (protocol) {
    case 'https:':
      return { url: text, transport: 'https' };
    case 'ssh:':
      if (hostname.startsWith('-')) throw refusal(text, 'names no host', 'correct the host');
      return { url: text, transport: 'ssh' };
    case 'file:':
      return { url: text, transport: 'file' };
    case 'http:':
      if (loopback.test(hostname)) return { url: text, transport: 'http' };
      throw refusal(text, 'would be read without encryption', 'write https');
    default:
      throw refusal(text, `begins with ${protocol}//`, 'write one of the forms');
  }
}

/** The last part of an address, in the letters of names: `https://host/team/fleet.git` is `fleet`. */
export function nameIn(url: string): string {
  const last =
    url
      .replace(/\/+$/, '')
      .replace(/\.git$/, '')
      .split(/[/:]/)
      .at(-1) ?? '';
  const name = last
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '');
  return name === '' ? 'repository' : name.slice(0, 50);
}

function refusal(text: string, what: string, remedy: string): Error {
  return new Error(
    `the repository's address "${text}" ${what}; ${remedy}: https://HOST/PATH, ssh://git@HOST/PATH, git@HOST:PATH, file:///PATH`,
  );
}
