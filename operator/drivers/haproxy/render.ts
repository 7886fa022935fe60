import type { BackendSpec } from '../../core/route-spec.ts';
import { hashOf } from '../../core/hash.ts';
import { serverName, type BoundBalancer, type Entry, type Model, type ServerEntry } from './model.ts';
import { checkLines } from './render-check.ts';
import { accessLines, limitLines } from './render-access.ts';
import { hasSessions, refusalLines, sessionRequestLines, sessionRouteLines } from './render-session.ts';
import { scriptHash, scriptName } from './script.ts';

/** Where a gateway tells {@link configHash}. */
export const configPath = '/mcpnet-config';
/** Variable in the running process that tells which structure it was started with. */
export const structureVariable = 'MCPNET_STRUCTURE';
/** What the statistics port answers at `/health`. */
export const healthy = '{"status":"ok"}';
const oldWorkers = 32;
const itemMark = '# item ';

/** The whole file. Pure: equal models give equal bytes. The comment lines carry the model, see {@link parseModel}. */
export function render(model: Model): string {
  const backends = [...model.backends.values()].sort((left, right) => (left.id < right.id ? -1 : 1));
  return [
    '# Written by mcpnet. Changes by hand are overwritten.',
    ...globalLines(model),
    ...statisticsLines(model),
    ...backends.flatMap((backend) => [
      '',
      ...listenerLines(backend, model.balancer.spec),
      '',
      ...backendLines(backend, model),
    ]),
    '',
  ].join('\n');
}

/** Of everything that cannot change at run time; a process started with another one needs a reload. */
export function structureHash({ balancer, backends }: Model): string {
  const entries = [...backends.values()]
    .map(({ id, spec }) => [id, spec] as const)
    .sort(([left], [right]) => (left < right ? -1 : 1));
  return hashOf([scriptHash, balancer.spec, entries]);
}

/** Of everything; what a process that cannot be changed at run time must have been started with. */
export function configHash(model: Model): string {
  return hashOf([structureHash(model), [...model.servers.values()]]);
}

/** The model that a file was rendered from, or undefined if it is not one of ours. */
export function parseModel(text: string): Model | undefined {
  let balancer: Model['balancer'] | undefined;
  const backends = new Map<string, Entry<BackendSpec>>();
  const servers = new Map<string, ServerEntry>();
  for (const line of text.split('\n')) {
    if (!line.trimStart().startsWith(itemMark)) continue;
    const [type, json] = splitOnce(line.trimStart().slice(itemMark.length));
    try {
      // Written by render() below; a line damaged by hand fails to parse and is as good as absent.
      const entry = JSON.parse(json) as never;
      if (type === 'balancer') balancer = completedBalancer(entry);
      if (type === 'backend') backends.set((entry as Entry<BackendSpec>).id, completedBackend(entry));
      if (type === 'server') servers.set((entry as ServerEntry).id, entry);
    } catch {
      continue;
    }
  }
  return balancer && { balancer, backends, servers };
}

/** A file of an earlier version says nothing of what came later; it is rendered anew before it is made right. */
function completedBackend(entry: Entry<BackendSpec>): Entry<BackendSpec> {
  const known: Partial<BackendSpec> = entry.spec;
  const { access = { origins: [], hosts: [] }, limits = {} } = known;
  return { ...entry, spec: { ...entry.spec, access, limits } };
}

function completedBalancer(entry: Entry<BoundBalancer>): Entry<BoundBalancer> {
  // Read from a file: what an earlier version wrote has fewer fields.
  const known = entry.spec as Partial<BoundBalancer>;
  return { ...entry, spec: { ...entry.spec, threads: known.threads ?? 1 } };
}

/** Parameters of a server that both the file and `add server` give; dynamic servers inherit nothing. */
export function serverParameters({ spec }: ServerEntry): string {
  const { address, port, weight, check, maxRequests } = spec;
  const timing = `inter ${check.intervalMs}ms fastinter ${Math.min(check.intervalMs, 500)}ms fall ${check.fall} rise ${check.rise}`;
  // Idle connections go before the server closes them (Node: after 5 s), which could meet a request on its way.
  return `${address}:${port} check ${timing} weight ${weight} maxconn ${maxRequests ?? 0} pool-purge-delay 1s`;
}

function globalLines(model: Model): string[] {
  const { timeoutsMs, threads } = model.balancer.spec;
  return [
    mark('balancer', model.balancer),
    'global',
    '  log stdout format raw local0 notice',
    '  stats socket /etc/mcpnet/admin.sock mode 600 level admin expose-fd listeners',
    '  stats timeout 1h',
    `  nbthread ${threads}`,
    `  lua-load /etc/mcpnet/${scriptName}`,
    // Workers that were replaced live on with their open streams; one that was so often replaced ends.
    `  mworker-max-reloads ${oldWorkers}`,
    `  setenv ${structureVariable} ${structureHash(model)}`,
    '',
    'defaults',
    '  mode http',
    '  log global',
    '  option dontlognull',
    '  option dontlog-normal',
    // A client that goes cancels its request (MCP 2026-07-28): the server hears of it, however silent the answer is.
    '  option abortonclose',
    // Events leave as they come. Without it the kernel keeps each for up to 200 ms, waiting for the rest of the answer.
    '  option http-no-delay',
    // Without it a reload closes idle connections that a client may be about to use.
    '  option idle-close-on-response',
    // Only a connection that could not be opened is tried again, on another server: nothing was sent yet.
    '  option redispatch 1',
    '  retries 1',
    '  retry-on conn-failure',
    `  timeout connect ${timeoutsMs.connect}ms`,
    `  timeout client ${timeoutsMs.client}ms`,
    `  timeout server ${timeoutsMs.server}ms`,
    `  timeout queue ${timeoutsMs.queue}ms`,
    '  timeout http-keep-alive 60s',
    `  timeout tunnel ${timeoutsMs.stream}ms`,
    '',
  ];
}

function statisticsLines(model: Model): string[] {
  const { spec } = model.balancer;
  return [
    // An underscore keeps the name apart from those of services.
    'frontend mcpnet_statistics',
    ...bindLines(spec, spec.statisticsPort),
    ...(spec.gatewayToken === undefined ? [] : gatewayRules(spec.gatewayToken, configHash(model))),
    // What registries check: one verdict for all, and theirs follows within their interval.
    '  http-request set-var(txn.state) path,lua.mcpnet_server if { path_beg /servers/ }',
    `  http-request return status 200 content-type text/plain lf-string %[var(txn.state)] if { path_beg /servers/ } { var(txn.state) -m beg UP } or { path_beg /servers/ } { var(txn.state) -m str 'no check' }`,
    '  http-request return status 503 content-type text/plain lf-string "%[var(txn.state)] " if { path_beg /servers/ }',
    `  http-request return status 200 content-type application/json string '${healthy}' if { path /health }${spec.gatewayToken === undefined ? '' : ' !gateway'}`,
    '  stats enable',
    '  stats uri /stats',
    '  stats refresh 5s',
    ...(spec.gatewayToken === undefined ? [] : gatewayBackend),
  ];
}

/** Lets the operator reach containers that it has no route to: the headers name the place, the token admits. */
function gatewayRules(token: string, hash: string): string[] {
  return [
    `  acl gateway req.hdr(x-mcpnet-token) -m str ${token}`,
    `  http-request return status 200 content-type text/plain string ${hash} if gateway { path ${configPath} }`,
    '  use_backend mcpnet_gateway if gateway',
  ];
}

const gatewayBackend = [
  '',
  'backend mcpnet_gateway',
  '  http-request set-dst req.hdr(x-mcpnet-address)',
  '  http-request set-dst-port req.hdr(x-mcpnet-port)',
  '  http-request del-header x-mcpnet-token',
  '  server any 0.0.0.0:0',
];

function listenerLines({ id, spec }: Entry<BackendSpec>, balancer: BoundBalancer): string[] {
  const none = `{ nbsrv(${id}) eq 0 }`;
  const unavailable = '{"jsonrpc":"2.0","error":{"code":-32000,"message":"No replica is ready"},"id":null}';
  return [
    `frontend ${id}`,
    ...bindLines(balancer, spec.port),
    `  http-request return status 503 content-type application/json hdr Retry-After 1 string '{"status":"unavailable"}' if { path /health } ${none}`,
    `  http-request return status 200 content-type application/json lf-string '{"status":"ok","servers":%[nbsrv(${id})]}' if { path /health }`,
    ...accessLines(spec.access),
    ...limitLines(spec.limits),
    ...(hasSessions(spec) ? sessionRequestLines(id, spec) : []),
    // The last replica may be draining: its sessions go on while nothing new can begin.
    `  http-request return status 503 content-type application/json hdr Retry-After 1 string '${unavailable}' if ${none}${hasSessions(spec) ? ' !has_server' : ''}`,
    `  default_backend ${id}`,
  ];
}

function backendLines(entry: Entry<BackendSpec>, { balancer, servers }: Model): string[] {
  const { id, spec } = entry;
  const mine = [...servers.values()].filter((server) => server.spec.backend === id);
  return [
    `backend ${id}`,
    `  ${mark('backend', entry)}`,
    `  balance ${spec.affinity === 'address' ? 'source' : spec.algorithm === 'random' ? 'random(2)' : spec.algorithm}`,
    ...(spec.affinity === 'address' ? ['  hash-type consistent'] : []),
    ...(spec.limits.queueTimeoutMs === undefined ? [] : [`  timeout queue ${spec.limits.queueTimeoutMs}ms`]),
    ...(spec.hostHeader === undefined ? [] : [`  http-request set-header Host ${spec.hostHeader}`]),
    // An open event stream may be silent for long; the ordinary time-out is for answers that do not begin.
    `  http-response set-timeout server ${balancer.spec.timeoutsMs.stream}ms if { res.hdr(content-type) -m beg text/event-stream }`,
    ...(hasSessions(spec) ? sessionRouteLines(spec) : []),
    ...refusalLines(id, spec),
    ...checkLines(spec.check),
    ...mine.flatMap((server) => [
      `  ${mark('server', server)}`,
      `  server ${serverName(server)} ${serverParameters(server.drainingSinceMs === undefined ? server : { ...server, spec: { ...server.spec, weight: 0 } })}`,
    ]),
  ];
}

function bindLines({ bindAddresses }: BoundBalancer, port: number): string[] {
  return [...new Set(bindAddresses)].map((address) => `  bind ${address}:${port}`);
}

function mark(type: string, entry: Entry<unknown>): string {
  return `${itemMark}${type} ${JSON.stringify(entry)}`;
}

function splitOnce(text: string): [string, string] {
  const space = text.indexOf(' ');
  return [text.slice(0, space), text.slice(space + 1)];
}
