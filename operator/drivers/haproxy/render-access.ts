import type { AccessSpec, LimitSpec } from '../../core/route-spec.ts';

/** Clients whose rate is remembered at once, the busiest first to be kept; 64 bytes each. */
const knownClients = 100_000;

const local = '(localhost|([a-z0-9-]+\\.)+localhost|127(\\.[0-9]+){3}|\\[::1\\])(:[0-9]+)?$';
const address = '([0-9]+(\\.[0-9]+){3}|\\[[0-9a-f:.]+\\])';
/** Names of one word, and below the tops that nobody can register (RFC 6762 for `local`, ICANN for `internal`). */
const unregistered = '([a-z0-9_-]+|([a-z0-9_-]+\\.)+(internal|local|svc))';
const unboundHosts = [
  `  acl host_allowed req.fhdr(host),lower -m reg ^${local}`,
  `  acl host_allowed req.fhdr(host),lower -m reg ^${address}(:[0-9]+)?$`,
];

/**
 * DNS rebinding: a web page may have bound a name of its own to this machine. So pages are told by their `Origin` and
 * names by `Host`; addresses and `localhost` cannot be bound (MCP, Streamable HTTP, security warning; WHATWG Fetch,
 * "Origin" header).
 */
export function accessLines({ origins, hosts }: AccessSpec): string[] {
  return [
    ...(origins.includes('*')
      ? []
      : [
          `  acl origin_allowed req.fhdr(origin),lower -m reg ^https?://${local}`,
          ...origins.map((origin) => `  acl origin_allowed req.fhdr(origin),lower -m str ${origin.toLowerCase()}`),
          refusal(
            403,
            'Origin is not allowed: name it in spec.allowedOrigins',
            '{ req.fhdr(origin) -m found } !origin_allowed',
          ),
        ]),
    ...(hosts.includes('*')
      ? []
      : [
          ...unboundHosts,
          ...hosts.map(hostNamed),
          refusal(
            403,
            'Host is not allowed: name it in spec.allowedHosts',
            '{ req.fhdr(host) -m found } !host_allowed',
          ),
        ]),
  ];
}

/**
 * The same for the port of statistics, which no page may read. Names of containers and of the cluster may ask, besides the
 * `host` by which the operator itself does; `/health` says nothing that is worth a guard.
 * @param unless an ACL of those who may ask by any name
 */
export function statisticsAccessLines(host: string, unless?: string): string[] {
  return [
    ...unboundHosts,
    `  acl host_allowed req.fhdr(host),lower -m reg ^${unregistered}(:[0-9]+)?$`,
    hostNamed(host),
    `  http-request return status 403 content-type text/plain string "Host is not allowed: ask by an address\\n" if { req.fhdr(host) -m found } !host_allowed !{ path /health }${unless === undefined ? '' : ` !${unless}`}`,
  ];
}

function hostNamed(host: string): string {
  return `  acl host_allowed req.fhdr(host),lower,field(1,:) -m str ${host.toLowerCase()}`;
}

/** Nothing waits in the dark: what is over a limit is answered at once, in JSON-RPC, with the time to come back. */
export function limitLines({ maxConnections, rate }: LimitSpec): string[] {
  const seconds = rate ? Math.max(1, Math.ceil(rate.periodMs / 1000)) : 1;
  return [
    ...(maxConnections === undefined
      ? []
      : [refusal(503, `More than ${maxConnections} connections`, `{ fe_conn gt ${maxConnections} }`, 1)]),
    ...(rate
      ? [
          `  stick-table type ipv6 size ${knownClients} expire ${rate.periodMs}ms store http_req_rate(${rate.periodMs}ms)`,
          '  http-request track-sc0 src',
          refusal(
            429,
            `More than ${rate.requests} requests in ${rate.periodMs} ms`,
            `{ sc_http_req_rate(0) gt ${rate.requests} }`,
            seconds,
          ),
        ]
      : []),
  ];
}

function refusal(status: number, message: string, condition: string, retryAfterS?: number): string {
  const body = JSON.stringify({ jsonrpc: '2.0', error: { code: -32000, message }, id: null });
  const retry = retryAfterS === undefined ? '' : ` hdr Retry-After ${retryAfterS}`;
  return `  http-request return status ${status} content-type application/json${retry} string '${body}' if ${condition}`;
}
