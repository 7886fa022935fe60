import { createHash } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { Records } from '../ports/records.ts';
import type { ClusterApi } from './api.ts';
import { isStatus } from './api-error.ts';
import { pathOf, type KubeObject } from './objects.ts';

interface RecordSecret extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
}

const kind = { apiVersion: 'v1', plural: 'secrets' };
const manager = 'mcpnet-records';
/** Its value is the scope. */
const label = 'mcpnet.io/record-of';
const field = 'document.json.gz';
const pageSize = '100';

/**
 * Documents as Secrets of the operator's own namespace, one each, compressed: specs may hold values that are nobody
 * else's business. They go with the resource, as the files of a state directory do.
 */
export class SecretRecords implements Records {
  readonly #api: ClusterApi;
  readonly #namespace: string;
  readonly #scope: string;

  constructor(api: ClusterApi, namespace: string, scope: string) {
    this.#api = api;
    this.#namespace = namespace;
    this.#scope = scope;
  }

  /** @throws ApiError: an operator that cannot read them would forget who was rolled back */
  async load(): ReturnType<Records['load']> {
    const documents: unknown[] = [];
    const damaged: string[] = [];
    for (const secret of await this.#all()) {
      try {
        documents.push(JSON.parse(gunzipSync(Buffer.from(secret.data?.[field] ?? '', 'base64')).toString('utf8')));
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        damaged.push(`Secret ${this.#namespace}/${secret.metadata.name}: ${why}`);
      }
    }
    return { documents, damaged };
  }

  async save(key: string, document: unknown): Promise<void> {
    const name = this.#nameOf(key);
    const metadata = {
      name,
      namespace: this.#namespace,
      labels: { 'app.kubernetes.io/managed-by': 'mcpnet', [label]: this.#scope },
      annotations: { 'mcpnet.io/key': key },
    };
    const data = { [field]: gzipSync(JSON.stringify(document)).toString('base64') };
    await this.#api.apply(pathOf(kind, this.#namespace, name), manager, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata,
      type: 'mcpnet.io/record',
      data,
    });
  }

  async remove(key: string): Promise<void> {
    try {
      await this.#api.request({ method: 'DELETE', path: pathOf(kind, this.#namespace, this.#nameOf(key)) });
    } catch (error) {
      if (!isStatus(error, 404)) throw error;
    }
  }

  async #all(): Promise<RecordSecret[]> {
    const found: RecordSecret[] = [];
    const labelSelector = `${label}=${this.#scope}`;
    for (let next: string | undefined = ''; next !== undefined;) {
      const page: { items: RecordSecret[]; metadata: { continue?: string } } = await this.#api.request({
        path: pathOf(kind, this.#namespace),
        query: { labelSelector, limit: pageSize, ...(next !== '' && { continue: next }) },
      });
      found.push(...page.items);
      next = page.metadata.continue === '' ? undefined : page.metadata.continue;
    }
    return found;
  }

  /** Keys are longer than names may be, and have other characters. */
  #nameOf(key: string): string {
    return `mcpnet-record-${createHash('sha256').update(`${this.#scope} ${key}`).digest('hex').slice(0, 20)}`;
  }
}
