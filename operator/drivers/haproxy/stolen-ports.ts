import { listenersAt, listListeners } from '../../host/listeners.ts';
import type { Model } from './model.ts';
import { healthy } from './render-global.ts';

/** A port of a balancer that does not run, held by somebody else; `backend` is absent for that of the statistics. */
export interface StolenPort {
  readonly address: string;
  readonly port: number;
  readonly backend?: string;
}

const answerMs = 1_000;

/** The first port of a balancer at which another process listens on this machine. */
export async function stolenPort({ balancer, backends }: Model): Promise<StolenPort | undefined> {
  const { bindAddresses, statisticsPort } = balancer.spec;
  const listeners = await listListeners();
  const wanted: readonly Omit<StolenPort, 'address'>[] = [
    { port: statisticsPort },
    ...[...backends.values()].map(({ id, spec }) => ({ port: spec.port, backend: id })),
  ];
  for (const place of wanted)
    // 0.0.0.0 means inside a container of its own, where nobody else listens.
    for (const address of bindAddresses.filter((each) => each !== '0.0.0.0'))
      if (listenersAt(listeners, address, place.port).length > 0) return { ...place, address };
  return undefined;
}

/** Whether a HAProxy of ours answers all the same: one whose sockets were removed runs on, out of our reach. */
export async function isServed({ balancer }: Model): Promise<boolean> {
  const { host, statisticsPort } = balancer.spec;
  try {
    const url = `http://${host}:${statisticsPort}/health`;
    const answer = await fetch(url, { signal: AbortSignal.timeout(answerMs), redirect: 'manual' });
    return (await answer.text()) === healthy;
  } catch {
    return false;
  }
}
