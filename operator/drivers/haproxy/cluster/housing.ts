import type { BalancerCluster, Furniture } from '../../../ports/balancer-cluster.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { Hint } from '../../../ports/driver.ts';
import type { Model } from '../model.ts';
import type { Housing, Place } from '../place.ts';
import { completed } from './completed.ts';
import { PodProcess } from './pod-process.ts';
import { programHash, SecretStore } from './secret-store.ts';

const pollMs = 2_000;

/** HAProxys in Pods, several for each balancer, which all are told the same. */
export function clusterHousing(cluster: BalancerCluster, clock: Clock): Housing {
  const listeners = new Set<() => void>();
  const changed = (): void => {
    for (const listener of listeners) listener();
  };
  return {
    async names(signal) {
      await cluster.known(signal);
      return cluster.configs().map(({ balancer }) => balancer);
    },
    open: (balancer) => openPlace(balancer, cluster, changed),
    admit: (balancer, listener, signal) => cluster.admit(balancer, listener, signal),
    async furnish(balancer, model, focus, signal) {
      const furniture = furnitureOf(balancer, model, cluster);
      if (furniture) await cluster.furnish(furniture, focus, signal);
    },
    clear: (balancer, owner, signal) => cluster.clear(balancer, owner, signal),
    complete(balancer, model, observed) {
      const furniture = furnitureOf(balancer, model, cluster);
      return furniture ? completed(observed, cluster, furniture) : observed;
    },
    watch(hint: Hint, _isRunning, signal) {
      const all = (): void => {
        hint('all');
      };
      listeners.add(all);
      signal.addEventListener('abort', () => listeners.delete(all), { once: true });
      cluster.watch(all, signal);
      const poll = (): void => {
        if (signal.aborted) return;
        all();
        clock.after(pollMs, poll);
      };
      clock.after(pollMs, poll);
    },
  };
}

function openPlace(balancer: string, cluster: BalancerCluster, changed: () => void): Place {
  const store = new SecretStore(balancer, cluster);
  const processes = new Map<string, PodProcess>();
  return {
    store,
    processes() {
      const pods = cluster.pods(balancer).filter(({ isRunning, address }) => isRunning && address !== undefined);
      const port = store.model()?.balancer.spec.fleet?.agentPort ?? 0;
      const found = pods.map(({ name, address = '', isLeaving }) => {
        const key = `${name} ${address}:${port}`;
        const known = processes.get(key);
        const process = known ?? new PodProcess(name, { address, port, token: () => store.token() }, changed);
        process.isLeaving = isLeaving;
        return [key, process] as const;
      });
      processes.clear();
      for (const [key, process] of found) processes.set(key, process);
      return [...processes.values()];
    },
    check: () => Promise.resolve(undefined),
    isDynamic: true,
    sharesPorts: false,
  };
}

function furnitureOf(
  balancer: string,
  { balancer: { owner, spec }, backends }: Model,
  cluster: BalancerCluster,
): Furniture | undefined {
  const { fleet, statisticsPort } = spec;
  if (!fleet) return undefined;
  const listeners = [...backends.values()].map(({ id, owner: whose, spec: { port } }) => ({ id, owner: whose, port }));
  return { balancer, owner, fleet, statisticsPort, programHash: programHash(balancer, cluster), listeners };
}
