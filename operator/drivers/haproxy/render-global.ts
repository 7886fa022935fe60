import { latencyLines, latencyTableLines } from './latency.ts';
import { mark } from './marks.ts';
import type { Model } from './model.ts';
import { statisticsAccessLines } from './render-access.ts';
import { bindLines } from './render-bind.ts';
import { scriptName } from './script.ts';
import { configHash, structureHash } from './structure.ts';

/** Where a gateway tells {@link configHash}. */
export const configPath = '/mcpnet-config';
/** Variable in the running process that tells which structure it was started with. */
export const structureVariable = 'MCPNET_STRUCTURE';
/** What the statistics port answers at `/health`. */
export const healthy = '{"status":"ok"}';
/** What holds for the backends of all services, and is written once. */
export const serviceDefaults = 'mcpnet_service';
const oldWorkers = 32;

/** The process and what holds for all services. */
export function globalLines(model: Model): string[] {
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
    'defaults mcpnet_common',
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
    // Rules of one defaults section cannot be shared by frontends and backends (Configuration Manual, 4).
    `defaults ${serviceDefaults} from mcpnet_common`,
    ...latencyLines,
    '',
    // What names no defaults goes by the last.
    'defaults mcpnet_rest from mcpnet_common',
    '',
    ...latencyTableLines,
    '',
  ];
}

/** The listener for people, registries, and where need be the operator itself. */
export function statisticsLines(model: Model): string[] {
  const { spec } = model.balancer;
  return [
    // An underscore keeps the name apart from those of services.
    'frontend mcpnet_statistics',
    ...bindLines(spec, spec.statisticsPort),
    ...(spec.gatewayToken === undefined ? [] : gatewayRules(spec.gatewayToken, configHash(model))),
    ...statisticsAccessLines(spec.host, spec.gatewayToken === undefined ? undefined : 'gateway'),
    // What registries check: one verdict for all, and theirs follows within their interval.
    '  http-request set-var(txn.state) path,lua.mcpnet_server if { path_beg /servers/ }',
    `  http-request return status 200 content-type text/plain lf-string %[var(txn.state)] if { path_beg /servers/ } { var(txn.state) -m beg UP } or { path_beg /servers/ } { var(txn.state) -m str 'no check' }`,
    '  http-request return status 503 content-type text/plain lf-string "%[var(txn.state)] " if { path_beg /servers/ }',
    `  http-request return status 200 content-type application/json string '${healthy}' if { path /health }${spec.gatewayToken === undefined ? '' : ' !gateway'}`,
    // HAProxy's own metrics, in the text format of Prometheus.
    `  http-request use-service prometheus-exporter if { path /metrics }${spec.gatewayToken === undefined ? '' : ' !gateway'}`,
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
