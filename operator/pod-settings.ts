/** What is set where the operator runs in a Pod; each works elsewhere, too. */
export interface PodSettings {
  /** Where the dashboard's port is whatever a network declares: in a Pod, a Service leads there. */
  readonly apiAddress?: Address;
  /** File with the token for changes at that port, where it is not to be made and kept in the state directory. */
  readonly apiTokenFile?: string;
  /** Where it is told whether this process is well and ready, and what it counts, whether it leads or stands by. */
  readonly healthAddress?: Address;
  /** The Pod that this process runs in. */
  readonly pod?: { readonly name: string; readonly namespace: string };
}

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** @throws Error that says what may be written */
export function podSettings(env: NodeJS.ProcessEnv): PodSettings {
  const [api, health] = ['MCPNET_API_ADDRESS', 'MCPNET_HEALTH_ADDRESS'].map((name) => addressIn(name, env[name]));
  const [apiTokenFile, name, namespace] = [env['MCPNET_API_TOKEN_FILE'], env['POD_NAME'], env['POD_NAMESPACE']];
  return {
    ...(api && { apiAddress: api }),
    ...(health && { healthAddress: health }),
    ...(apiTokenFile && { apiTokenFile }),
    ...(name && namespace && { pod: { name, namespace } }),
  };
}

/** `HOST:PORT`, `[::]:PORT`. */
function addressIn(variable: string, text: string | undefined): Address | undefined {
  if (!text) return undefined;
  const [, host = '', port = ''] = /^\[?(.+?)\]?:(\d{1,5})$/.exec(text) ?? [];
  if (host !== '' && Number(port) < 65_536) return { host, port: Number(port) };
  throw new Error(`${variable} is "${text}"; write an address and a port, such as 0.0.0.0:8081`);
}
