import type { App } from './app.ts';
import { describe } from './route-schema.ts';
import { objectOf, text } from './schema-forms.ts';

/** Somebody who is told that there is something new. */
export interface Hooked {
  readonly name: string;
  /** Has it look now, if the request is genuine; undefined if it knows no secret by which to tell. */
  readonly hook: (
    headers: Readonly<Record<string, string | string[] | undefined>>,
    body: Buffer,
  ) => boolean | undefined;
}

/** A push of thousands of commits is told in less. */
const mostBytes = 4 * 1024 * 1024;

const told = describe({
  summary:
    'Tells that a repository has something new. Takes the webhooks of GitHub, GitLab, Gitea, Forgejo and Bitbucket.',
  params: objectOf<{ name: string }>({ name: { ...text, description: 'As `mcpnet get sources` calls it.' } }),
  gives: objectOf<{ message: string }>({ message: text }),
});

/** `POST /api/v1/hooks/git/NAME`: needs no token, for what is sent is signed. */
export function addHooks(app: App, sources: readonly Hooked[]): void {
  void app.register(async (scope) => {
    // What is signed are the bytes.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: mostBytes }, (_request, body, done) => {
      done(null, body);
    });
    scope.post<{ Params: { name: string } }>('/api/v1/hooks/git/:name', told, (request, reply) => {
      const { name } = request.params;
      const source = sources.find((each) => each.name === name);
      if (!source) return reply.code(404).send({ error: `there is no repository named ${name}; mcpnet get sources` });
      const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
      const verdict = source.hook(request.headers, body);
      if (verdict === undefined)
        return reply.code(403).send({ error: 'the secret of the repository has no key webhook-secret; write it' });
      if (!verdict)
        return reply.code(401).send({ error: 'the signature is not of our webhook-secret; correct it at the host' });
      return reply.code(200).send({ message: `${name} is being looked at` });
    });
  });
}
