import { createHmac, timingSafeEqual } from 'node:crypto';

/** Headers in small letters, as Node has them. */
export type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

/**
 * Headers in which hosts sign what they send, with HMAC-SHA256 of the body in hexadecimal digits: GitHub's and Bitbucket's
 * begin with `sha256=`, those of Gitea and Forgejo are bare (the hosts' documentation of webhooks).
 */
const signatures = ['x-hub-signature-256', 'x-hub-signature', 'x-gitea-signature', 'x-forgejo-signature'];
/** GitLab sends the secret itself. */
const tokens = ['x-gitlab-token'];

/** Whether a request is from a host that knows the secret. */
export function isGenuine(headers: Headers, body: Buffer, secret: string): boolean {
  const wanted = createHmac('sha256', secret).update(body).digest('hex');
  const given = (names: readonly string[]): string[] =>
    names.flatMap((name) => {
      const value = headers[name];
      return typeof value === 'string' ? [value] : [];
    });
  return (
    given(signatures).some((value) => isEqual(value.replace(/^sha256=/, '').toLowerCase(), wanted)) ||
    given(tokens).some((value) => isEqual(value, secret))
  );
}

/** In a time that does not tell where they differ. */
function isEqual(left: string, right: string): boolean {
  const digest = (text: string): Buffer => createHmac('sha256', 'compare').update(text).digest();
  return timingSafeEqual(digest(left), digest(right));
}
