import { randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { gunzipSync, gzip } from 'node:zlib';
import { hashOf } from '../../../core/hash.ts';
import type { BalancerCluster, StoredConfig } from '../../../ports/balancer-cluster.ts';
import { configName } from '../file.ts';
import { parseModel } from '../marks.ts';
import type { Model } from '../model.ts';
import type { ConfigStore } from '../place.ts';
import { render } from '../render.ts';
import { script, scriptName } from '../script.ts';
import { agentProgram } from './agent-program.ts';

const packed = '.gz';
const packs = promisify(gzip);
const agentText = agentProgram();

/** Of what the program beside HAProxy began with. */
export function programHash(balancer: string, cluster: BalancerCluster): string {
  return hashOf([agentText, tokenOf(cluster.configs().find((each) => each.balancer === balancer)) ?? '']);
}

interface Content {
  readonly version: string;
  readonly text: string;
  readonly model: Model | undefined;
  /** Whether it is as we would write it; found out when somebody asks. */
  isOurs?: boolean;
}

/** The configuration of a balancer in a Secret: what new Pods start from, and the operator's memory of it. */
export class SecretStore implements ConfigStore {
  readonly #balancer: string;
  readonly #cluster: BalancerCluster;
  #known: Content | undefined;
  #last: Model | undefined;
  #token: string | undefined;
  /** What is being taken away is nobody's configuration any more. */
  #removed: string | undefined;

  constructor(balancer: string, cluster: BalancerCluster) {
    this.#balancer = balancer;
    this.#cluster = cluster;
  }

  model(): Model | undefined {
    const model = this.#read()?.model;
    if (model) this.#last = model;
    return model ?? this.#last;
  }

  holds(pieces: readonly Buffer[]): boolean {
    return this.#read()?.text === textOf(pieces);
  }

  isEdited(): boolean {
    const content = this.#read();
    if (!content?.model) return this.#last !== undefined;
    content.isOurs ??= this.holds(render(content.model)) && this.#isWhole();
    return !content.isOurs;
  }

  async replace(model: Model): Promise<void> {
    const pieces = render(model);
    if (!this.holds(pieces)) await this.accept(model, pieces);
  }

  /** Nothing to ask HAProxy about lies anywhere: one process tries for all, and goes on as before if it refuses. */
  propose(): Promise<string> {
    return Promise.resolve(`${configName}.next`);
  }

  async accept(model: Model, pieces: readonly Buffer[]): Promise<void> {
    const text = textOf(pieces);
    const [config, lua] = await Promise.all([packs(text), packs(script)]);
    const { version } = await this.#cluster.keep({
      balancer: this.#balancer,
      owner: model.balancer.owner,
      data: {
        token: Buffer.from(this.token() ?? randomBytes(32).toString('hex')),
        'agent.mjs': Buffer.from(agentText),
        [`${configName}${packed}`]: config,
        [`${scriptName}${packed}`]: lua,
      },
    });
    this.#known = { version, text, model, isOurs: true };
    this.#last = model;
  }

  /** It goes with everything else of the balancer. */
  remove(): Promise<void> {
    this.#removed = this.#stored()?.version;
    this.#known = undefined;
    this.#last = undefined;
    return Promise.resolve();
  }

  /** What admits the operator to the Pods. */
  token(): string | undefined {
    // Pods that run go on with it if somebody takes the Secret away.
    return (this.#token = tokenOf(this.#stored()) ?? this.#token);
  }

  #stored(): StoredConfig | undefined {
    return this.#cluster.configs().find(({ balancer }) => balancer === this.#balancer);
  }

  /** Whether all that a Pod starts from is there. */
  #isWhole(): boolean {
    const data = this.#stored()?.data ?? {};
    return data['agent.mjs']?.toString('utf8') === agentText && this.token() !== undefined;
  }

  #read(): Content | undefined {
    const stored = this.#stored();
    if (!stored || stored.version === this.#removed) return undefined;
    if (this.#known?.version === stored.version) return this.#known;
    const text = unpacked(stored.data[`${configName}${packed}`]);
    this.#known = { version: stored.version, text, model: parseModel(text) };
    return this.#known;
  }
}

function tokenOf(stored: StoredConfig | undefined): string | undefined {
  const text = stored?.data['token']?.toString('utf8').trim();
  return text === '' ? undefined : text;
}

function textOf(pieces: readonly Buffer[]): string {
  return Buffer.concat(pieces).toString('utf8');
}

/** Empty where somebody put something else in its place. */
function unpacked(content: Buffer | undefined): string {
  try {
    return content ? gunzipSync(content).toString('utf8') : '';
  } catch {
    return '';
  }
}
