import { callAgent } from '../../operator/drivers/haproxy/cluster/agent-client.ts';
import { HaproxyView } from '../support/haproxy.ts';
import type { Pods } from './pods.ts';

/** HAProxy in the one Pod that a test gives it, asked by the agent beside it. */
export class PodHaproxy extends HaproxyView {
  readonly #pods: Pods;
  readonly #statisticsPort: number;

  constructor(stateDirectory: string, statisticsPort: number, pods: Pods) {
    super(stateDirectory, statisticsPort);
    this.#pods = pods;
    this.#statisticsPort = statisticsPort;
  }

  protected override async statisticsUrl(): Promise<string> {
    return `http://${await this.#address()}:${this.#statisticsPort}`;
  }

  protected override async isThere(): Promise<boolean> {
    return (await this.#pods.list('default', 'MCPNetwork')).some(isHaproxy);
  }

  protected override async ask(name: 'admin' | 'master', command: string, deadlineMs = 5_000): Promise<string> {
    const token = await this.#pods.secret('default-haproxy', 'token');
    const call = { method: 'POST', path: `/ask/${name}`, body: Buffer.from(command), deadlineMs } as const;
    const place = { address: await this.#address(), port: agentPort, token: () => token };
    return callAgent(place, { ...call, signal: new AbortController().signal });
  }

  async #address(): Promise<string> {
    const pods = (await this.#pods.list('default', 'MCPNetwork')).filter(isHaproxy);
    const [pod] = pods.filter(({ isReady }) => isReady);
    if (!pod) throw new Error('no Pod of HAProxy is ready');
    return pod.address;
  }
}

/** The first that the port plan leaves free; controllers/mcpnetwork/fleet.ts. */
const agentPort = 11_098;

function isHaproxy({ role }: { readonly role: string }): boolean {
  return role === 'haproxy';
}
