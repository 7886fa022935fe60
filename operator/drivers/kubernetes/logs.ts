import type { IncomingMessage } from 'node:http';
import { createInterface } from 'node:readline';
import type { ClusterApi } from '../../cluster/api.ts';
import { isStatus } from '../../cluster/api-error.ts';
import { pathOf } from '../../cluster/objects.ts';
import { Refusal } from '../../core/refusal.ts';
import type { LogLine, LogQuery, Logs } from '../../ports/logs.ts';
import { asClusterFault } from './faults.ts';
import { label, labelValue } from './labels.ts';
import { isTerminating, type Pod } from './pod-state.ts';
import { serverContainer } from './pod-template.ts';

const podKind = { apiVersion: 'v1', plural: 'pods' };

/** The output of Pods. A node keeps both streams of a container as one, so all of it counts as standard output. */
export class PodLogs implements Logs {
  readonly #api: ClusterApi;
  readonly #scope: string;
  readonly #namespaces: readonly (string | undefined)[];

  /** @param namespaces in which Pods of ours may be; without it all of them */
  constructor(api: ClusterApi, scope: string, namespaces: readonly string[] | undefined) {
    this.#api = api;
    this.#scope = scope;
    this.#namespaces = namespaces ?? [undefined];
  }

  async *read(id: string, query: LogQuery, signal: AbortSignal): AsyncGenerator<LogLine> {
    const { metadata } = await this.#find(id, signal);
    const { tail, since, follow } = query;
    const call = {
      path: `${pathOf(podKind, metadata.namespace, metadata.name)}/log`,
      query: {
        container: serverContainer,
        timestamps: 'true',
        ...(tail !== undefined && { tailLines: String(tail) }),
        // Whole seconds: what is older is left out below.
        ...(since !== undefined && { sinceTime: since.replace(/\.\d+/, '') }),
        ...(follow === true && { follow: 'true' }),
      },
      signal,
    };
    let answer: IncomingMessage;
    try {
      answer = await this.#api.open(call);
    } catch (error) {
      // A container that has not started has printed nothing.
      if (isStatus(error, 400)) return;
      throw asClusterFault(`read the output of ${id}`, error);
    }
    yield* linesOf(answer, since);
  }

  /** The newest Pod of an instance. */
  async #find(id: string, signal: AbortSignal): Promise<Pod> {
    const labelSelector = `${label.owner}=${labelValue(this.#scope)},${label.id}=${labelValue(id)}`;
    const lists = await Promise.all(
      this.#namespaces.map((namespace) =>
        this.#api.request<{ readonly items: readonly Pod[] }>({
          path: pathOf(podKind, namespace),
          query: { labelSelector },
          signal,
        }),
      ),
    ).catch((error: unknown) => {
      throw asClusterFault(`look for the Pod of ${id}`, error);
    });
    const byAge = lists
      .flatMap(({ items }) => [...items])
      .sort((left, right) => createdOf(right).localeCompare(createdOf(left)));
    const pod = byAge.find((each) => !isTerminating(each)) ?? byAge[0];
    if (!pod) throw new Refusal('unknown', `there is no Pod of instance ${id}`);
    return pod;
  }
}

/** A connection that breaks ends the output, as its container's end does; who follows looks again. */
async function* linesOf(answer: IncomingMessage, since: string | undefined): AsyncGenerator<LogLine> {
  answer.on('error', () => undefined);
  try {
    for await (const line of createInterface({ input: answer, crlfDelay: Infinity })) {
      const [, at = '', text = line] = /^(\S+Z) (.*)$/s.exec(line) ?? [];
      if (since === undefined || at === '' || at >= since) yield { stream: 'stdout', at, text };
    }
  } finally {
    answer.destroy();
  }
}

function createdOf({ metadata }: Pod): string {
  return metadata.creationTimestamp ?? '';
}
