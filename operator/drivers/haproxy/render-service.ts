import type { BackendSpec } from '../../core/route-spec.ts';
import { mark } from './marks.ts';
import { serverName, type BoundBalancer, type Entry, type ServerEntry } from './model.ts';
import { accessLines, limitLines } from './render-access.ts';
import { bindLines } from './render-bind.ts';
import { checkLines } from './render-check.ts';
import { serviceDefaults } from './render-global.ts';
import { hasSessions, refusalLines, sessionRequestLines, sessionRouteLines } from './render-session.ts';

/** Where the clients of a service come in. */
export function listenerLines({ id, spec }: Entry<BackendSpec>, balancer: BoundBalancer): string[] {
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

/** How the requests of a service are spread, and its servers. */
export function backendLines(
  entry: Entry<BackendSpec>,
  servers: readonly ServerEntry[],
  balancer: BoundBalancer,
): string[] {
  const { id, spec } = entry;
  return [
    `backend ${id} from ${serviceDefaults}`,
    `  ${mark('backend', entry)}`,
    `  balance ${spec.affinity === 'address' ? 'source' : spec.algorithm === 'random' ? 'random(2)' : spec.algorithm}`,
    ...(spec.affinity === 'address' ? ['  hash-type consistent'] : []),
    ...(spec.limits.queueTimeoutMs === undefined ? [] : [`  timeout queue ${spec.limits.queueTimeoutMs}ms`]),
    ...(spec.hostHeader === undefined ? [] : [`  http-request set-header Host ${spec.hostHeader}`]),
    // An open event stream may be silent for long; the ordinary time-out is for answers that do not begin.
    `  http-response set-timeout server ${balancer.timeoutsMs.stream}ms if { res.hdr(content-type) -m beg text/event-stream }`,
    ...(hasSessions(spec) ? sessionRouteLines(spec) : []),
    ...refusalLines(id, spec),
    ...checkLines(spec.check),
    ...servers.flatMap((server) => [
      `  ${mark('server', server)}`,
      `  server ${serverName(server)} ${serverParameters(server.drainingSinceMs === undefined ? server : { ...server, spec: { ...server.spec, weight: 0 } })}`,
    ]),
  ];
}

/** Parameters of a server that both the file and `add server` give; dynamic servers inherit nothing. */
export function serverParameters({ spec }: ServerEntry): string {
  const { address, port, weight, check, maxRequests } = spec;
  const timing = `inter ${check.intervalMs}ms fastinter ${Math.min(check.intervalMs, 500)}ms fall ${check.fall} rise ${check.rise}`;
  // Idle connections go before the server closes them (Node: after 5 s), which could meet a request on its way.
  return `${address}:${port} check ${timing} weight ${weight} maxconn ${maxRequests ?? 0} pool-purge-delay 1s`;
}
