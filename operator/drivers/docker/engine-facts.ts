import type Docker from 'dockerode';
import { call } from './client.ts';

/** What an engine tells of itself and its machine. */
export interface EngineFacts {
  readonly version: string;
  readonly apiVersion: string;
  readonly os: string;
  readonly cgroupVersion: string;
  readonly limits: { readonly memory: boolean; readonly pids: boolean; readonly cpus: boolean };
  readonly memoryBytes: number;
  /** Where its images lie, on its own machine. */
  readonly rootDirectory: string;
  /** Milliseconds since 1970 by its clock, and by ours in the middle of the question. */
  readonly clock: { readonly theirsMs: number; readonly oursMs: number };
  /** Ranges that new networks are cut from, where they were set; else the engine has its own. */
  readonly addressPools: readonly { readonly base: string; readonly size: number }[];
  readonly networks: readonly NetworkFacts[];
}

export interface NetworkFacts {
  readonly name: string;
  readonly id: string;
  readonly driver: string;
  readonly internal: boolean;
  readonly subnets: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
}

/** Fields of `GET /info` that the library leaves untyped. */
interface Info {
  readonly SystemTime: string;
  readonly MemoryLimit: boolean;
  readonly PidsLimit?: boolean;
  readonly CpuCfsQuota: boolean;
  readonly CgroupVersion?: string;
  readonly MemTotal: number;
  readonly OSType: string;
  readonly DockerRootDir: string;
  readonly DefaultAddressPools?: readonly { readonly Base: string; readonly Size: number }[] | null;
}

const deadlineMs = 5_000;

/** @throws Fault `EngineUnreachable` or `EngineSlow` */
export async function readEngineFacts(docker: Docker): Promise<EngineFacts> {
  const version = await call('ask the engine for its version', docker.version(), deadlineMs);
  const askedMs = Date.now();
  const info = (await call('ask what the engine can do', docker.info(), deadlineMs)) as Info;
  const oursMs = (askedMs + Date.now()) / 2;
  return {
    version: version.Version,
    apiVersion: version.ApiVersion,
    os: info.OSType,
    cgroupVersion: info.CgroupVersion ?? '1',
    limits: { memory: info.MemoryLimit, pids: info.PidsLimit ?? false, cpus: info.CpuCfsQuota },
    memoryBytes: info.MemTotal,
    rootDirectory: info.DockerRootDir,
    clock: { theirsMs: Date.parse(info.SystemTime), oursMs },
    addressPools: (info.DefaultAddressPools ?? []).map(({ Base: base, Size: size }) => ({ base, size })),
    networks: await readNetworks(docker),
  };
}

export async function readNetworks(docker: Docker): Promise<NetworkFacts[]> {
  const networks = await call('list networks', docker.listNetworks(), deadlineMs);
  return networks.map(({ Name, Id, Driver, Internal, IPAM, Labels }) => ({
    name: Name,
    id: Id,
    driver: Driver,
    internal: Internal,
    subnets: (IPAM?.Config ?? []).flatMap(({ Subnet }) => Subnet ?? []),
    // Null where there are none, which the library's types do not tell.
    labels: (Labels as Record<string, string> | null) ?? {},
  }));
}

/** Undefined if the image's registry has it, else why it cannot be had. Pulls nothing. */
export async function whyNotPullable(docker: Docker, name: string): Promise<string | undefined> {
  try {
    const asked = docker.getImage(name).distribution() as Promise<unknown>;
    await call(`look for ${name} in its registry`, asked, 2 * deadlineMs);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
