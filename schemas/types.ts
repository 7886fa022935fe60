/* Generated from the JSON Schemas in this directory by `npm run generate`; do not edit. */

/**
 * Two Docker networks, a port plan, service discovery and a load balancer that MCP services share.
 */
export interface MCPNetwork {
  /**
   * API group and version.
   */
  apiVersion: "mcpnet.io/v1alpha1";
  /**
   * Kind of the resource.
   */
  kind: "MCPNetwork";
  /**
   * Standard object metadata.
   */
  metadata: {
    /**
     * Name, unique per kind and namespace: a DNS label of at most 63 characters.
     */
    name: string;
    /**
     * Namespace of the resource.
     */
    namespace: string;
    /**
     * Labels for selecting resources (`mcpnet get -l team=platform`).
     */
    labels: {
      [k: string]: string;
    };
    /**
     * Free text attached to the resource; never interpreted.
     */
    annotations: {
      [k: string]: string;
    };
  };
  /**
   * Desired state of the network.
   */
  spec: {
    /**
     * The two Docker networks.
     */
    networks: {
      /**
       * The network with a way out.
       */
      frontend: {
        /**
         * Docker network that clients and services with open egress share. Adopted, and never removed, if it exists and is not ours.
         */
        name: string;
      };
      /**
       * The network of the services.
       */
      internal: {
        /**
         * Docker network of the services: no way out, nothing published.
         */
        name: string;
        /**
         * Whether the network is isolated from the outside.
         */
        internal: boolean;
      };
    };
    /**
     * The port plan.
     */
    ports: {
      /**
       * IPv4 address of the host on which every port of the plan listens.
       */
      bindAddress: string;
      /**
       * Range of ports for services, first-last, both included. A service without a port is leased one for life.
       */
      services: string;
      /**
       * Host port of the managed Consul's HTTP API.
       */
      discovery: number;
      /**
       * Host port of the operator's own HTTP API.
       */
      dashboard: number;
      /**
       * Host port of the load balancer's statistics page, at /stats.
       */
      statistics: number;
    };
    /**
     * Service discovery.
     */
    discovery: {
      /**
       * Where replicas are registered so that others find them: in `consul`, or nowhere (`none`). Without it the services are found by their ports, or on Kubernetes by their Services; what is set for consul is of no effect then.
       */
      type: "consul" | "none";
      /**
       * Service discovery with Consul.
       */
      consul: {
        /**
         * Whether the operator runs Consul in a container of its own. If false, address is required.
         */
        managed: boolean;
        /**
         * Image of the managed Consul. Default: the official hashicorp/consul:1.20, or mcpnet/consul:1.8.7 where that cannot be pulled by the Docker engine; Kubernetes pulls the official one.
         */
        image?: string;
        /**
         * Base URL of an external Consul, such as https://consul.example:8501.
         */
        address?: string;
        /**
         * A value read from a secret.
         */
        tokenFrom?: {
          /**
           * Name of the secret (a folder of the secrets directory).
           */
          secret: string;
          /**
           * Key within the secret (a file of that folder).
           */
          key: string;
        };
        /**
         * Where the managed Consul keeps its data. Docker keeps it in a named volume.
         */
        storage: {
          /**
           * On Kubernetes, `persistent` claims a volume, which a provisioner of the cluster must provide, and `ephemeral` keeps the data for as long as the Pod lives: the operator registers everything anew after it.
           */
          type: "persistent" | "ephemeral";
        };
        /**
         * Consul datacenter.
         */
        datacenter: string;
        /**
         * Whether of all operators of this scope, on whatever hosts, one at a time writes: the one that holds a session lock in this external Consul (mcpnet/SCOPE/leader). The token needs session:write and key:write. Without Consul nobody writes; what runs goes on serving.
         */
        lock: boolean;
      };
    };
    /**
     * Load balancing with HAProxy.
     */
    loadBalancer: {
      /**
       * The Service of the load balancer on Kubernetes, with all ports of the plan that are in use. Of no effect on Docker.
       */
      service: {
        /**
         * Who reaches it: the cluster itself, whoever reaches its nodes, or the world through a load balancer of the cloud.
         */
        type: "ClusterIP" | "NodePort" | "LoadBalancer";
        /**
         * Annotations of the Service, by which clouds are told what their load balancer is to be like.
         */
        annotations: {
          [k: string]: string;
        };
      };
      /**
       * The load balancer.
       */
      haproxy: {
        /**
         * Image of HAProxy, version 3.0 or later. Default: the official haproxy:3.0, or mcpnet/haproxy:3.0 where that cannot be pulled by the Docker engine; Kubernetes pulls the official one.
         */
        image?: string;
        /**
         * How the ports reach the host: `host` uses the host's network (no copy on the path; a local Linux engine), `published` publishes the whole range through Docker; `auto` is host for a local Linux engine and published for a remote or a desktop one.
         */
        exposure: "auto" | "host" | "published";
        /**
         * Pods that run it on Kubernetes, 2 if not given; any of them answers any session. Docker runs one.
         */
        replicas?: number;
        /**
         * Threads of the proxy. One carries tens of thousands of requests a second, and changes of replicas reach it soonest.
         */
        threads: number;
        /**
         * Time-outs of the proxy.
         */
        timeouts: {
          /**
           * Longest wait for a connection to a replica. A duration with its unit, such as 300ms, 30s or 15m.
           */
          connect: string;
          /**
           * Longest silence of a client within a request. A duration with its unit, such as 300ms, 30s or 15m.
           */
          client: string;
          /**
           * Longest silence of a replica before its answer begins. A duration with its unit, such as 300ms, 30s or 15m.
           */
          server: string;
          /**
           * Longest wait for a free connection slot. A duration with its unit, such as 300ms, 30s or 15m.
           */
          queue: string;
          /**
           * Longest silence of an open event stream. A duration with its unit, such as 300ms, 30s or 15m.
           */
          stream: string;
        };
      };
    };
  };
}

/**
 * An MCP server, run in replicas and served at one stable port.
 */
export interface MCPService {
  /**
   * API group and version.
   */
  apiVersion: "mcpnet.io/v1alpha1";
  /**
   * Kind of the resource.
   */
  kind: "MCPService";
  /**
   * Standard object metadata.
   */
  metadata: {
    /**
     * Name, unique per kind and namespace: a DNS label of at most 63 characters.
     */
    name: string;
    /**
     * Namespace of the resource.
     */
    namespace: string;
    /**
     * Labels for selecting resources (`mcpnet get -l team=platform`).
     */
    labels: {
      [k: string]: string;
    };
    /**
     * Free text attached to the resource; never interpreted.
     */
    annotations: {
      [k: string]: string;
    };
  };
  /**
   * Desired state of the service.
   */
  spec: {
    /**
     * The MCPNetwork this service belongs to.
     */
    networkRef: {
      /**
       * Name of the MCPNetwork, in the same namespace.
       */
      name: string;
    };
    /**
     * Container image. Pulled if it is not on the engine.
     */
    image: string;
    /**
     * How the server in the image speaks MCP. A stdio server gets a bridge in front of it, without a change to the image.
     */
    transport: "stdio" | "streamable-http" | "sse";
    /**
     * Port on the host. Default: the lowest free port of the network's service range, kept for the life of the service.
     */
    port?: number;
    /**
     * Port inside the container on which the server (or the bridge of a stdio server) listens.
     */
    mcpPort: number;
    /**
     * HTTP path of the MCP endpoint. Default: /mcp, for sse /sse.
     */
    path?: string;
    /**
     * Replaces the image's entrypoint. $(NAME) is replaced by the variable of that name.
     *
     * @minItems 1
     */
    command?: [string, ...string[]];
    /**
     * Replaces the image's command. $(NAME) is replaced by the variable of that name.
     */
    args?: string[];
    /**
     * Environment variables.
     *
     * Items: An environment variable.
     */
    env: {
      /**
       * Name of the variable.
       */
      name: string;
      /**
       * Its value; visible to everyone who may inspect containers, so never a secret.
       */
      value: string;
    }[];
    /**
     * Secrets of which every key becomes an environment variable.
     *
     * Items: A source of variables.
     */
    envFrom: {
      /**
       * The secret.
       */
      secretRef: {
        /**
         * Name of the secret.
         */
        name: string;
      };
    }[];
    /**
     * Values from secrets.
     *
     * Items: One value of a secret.
     */
    secrets: {
      /**
       * Name of the secret.
       */
      name: string;
      /**
       * Key within the secret.
       */
      key: string;
      /**
       * Environment variable that gets the value.
       */
      targetEnvName: string;
    }[];
    /**
     * Named volumes and host paths to mount.
     *
     * Items: A mount.
     */
    volumes: {
      /**
       * Named volume, created if absent and kept when the service goes.
       */
      name?: string;
      /**
       * Directory or file of the host; a relative path starts at the manifest's directory.
       */
      hostPath?: string;
      /**
       * Absolute path inside the container.
       */
      mountPath: string;
      /**
       * Whether the service may only read it.
       */
      readOnly: boolean;
    }[];
    /**
     * User that the server runs as: `image` for the image's own, `volumeOwner` for the owner of the first host path, or uid[:gid].
     */
    user: string;
    /**
     * Limits of one replica.
     */
    resources: {
      /**
       * CPU limit of a replica: 500m is half a core, 2 two cores. Default: none.
       */
      cpus?: string;
      /**
       * Memory limit of a replica in bytes, or with a unit (256Mi).
       */
      memory: string;
      /**
       * Limit of processes and threads of a replica.
       */
      pids: number;
    };
    /**
     * Number of replicas.
     */
    replicas: number;
    /**
     * Load balancing.
     */
    loadBalancing: {
      /**
       * How requests without a session, and first requests of a session, are spread over the replicas.
       */
      algorithm: "roundrobin" | "leastconn" | "weighted" | "random";
      /**
       * For `weighted`: weight of replica 1, 2, and so on. Missing ones are 100.
       */
      weights?: number[];
    };
    /**
     * How the requests of one client stay with one replica. Auto and SessionID: by MCP session where the protocol has sessions, by the message endpoint of HTTP+SSE, not at all for requests of revision 2026-07-28. ClientIP: by client address. None: every request may go to another replica.
     */
    sessionAffinity: "Auto" | "SessionID" | "ClientIP" | "None";
    /**
     * How much of a service its clients may take. What is over a limit is refused at once with Retry-After; other services never notice.
     */
    limits: {
      /**
       * Largest number of connections to the service at once, open event streams included. More are answered 503. Default: no limit.
       */
      maxConnections?: number;
      /**
       * Largest number of requests that a replica gets at once, open event streams included; more wait in line for queueTimeout and are then answered 503. Default: no limit.
       */
      maxRequests?: number;
      /**
       * Longest wait in line for a replica. Default: that of the network (spec.loadBalancer.haproxy.timeouts.queue). A duration with its unit, such as 300ms, 30s or 15m.
       */
      queueTimeout?: string;
      /**
       * Requests that one client, told by its address, may send in a period. More are answered 429. Default: no limit.
       */
      rateLimit?: {
        /**
         * Number of requests.
         */
        requests: number;
        /**
         * Sliding period. A duration with its unit, such as 300ms, 30s or 15m.
         */
        period: string;
      };
    };
    /**
     * Web origins whose pages may call the service, such as https://app.example; * for all. Pages of this machine (localhost, 127.0.0.1, [::1]) always may; a request without an Origin comes from no page. Others are answered 403.
     */
    allowedOrigins: string[];
    /**
     * DNS names, without a port, by which clients may address the service; * for all. localhost and IP addresses always may be used; other names are answered 403, since a page could have bound one to this machine (DNS rebinding).
     */
    allowedHosts: string[];
    /**
     * Host header that the server gets: the client's, or localhost with the server's own port, for servers that refuse other names.
     */
    hostHeader: "preserve" | "rewrite";
    /**
     * The bridge in front of a stdio server.
     */
    stdio: {
      /**
       * `session`: a process of the server for each session; `shared`: one process for all.
       */
      isolation: "session" | "shared";
      /**
       * Largest number of sessions that a replica serves at once. More are answered 503. Default: 24 with a process per session, 1000 with a shared one.
       */
      maxSessions?: number;
      /**
       * A session without a request or an open stream for so long is ended. A duration with its unit, such as 300ms, 30s or 15m.
       */
      idleTimeout: string;
      /**
       * Largest number of requests that a shared process gets at once; more wait in line. Write 1 for a server that is not safe for concurrent requests. Default: no limit.
       */
      maxRequests?: number;
    };
    /**
     * Health checks.
     */
    healthCheck: {
      /**
       * What a healthy replica does: speak MCP, answer GET on path with 2xx or 3xx, or accept connections. A stdio server's bridge answers for its server. To `mcp`, a refusal (401) is an answer, if it has a body.
       */
      type: "mcp" | "http" | "tcp";
      /**
       * Path for `http`.
       */
      path: string;
      /**
       * Time between two checks of a replica in service. A duration with its unit, such as 300ms, 30s or 15m.
       */
      interval: string;
      /**
       * Longest wait for the answer of one check. A duration with its unit, such as 300ms, 30s or 15m.
       */
      timeout: string;
      /**
       * A new replica that does not speak MCP after so long is reported as failed; it is still given time. A duration with its unit, such as 300ms, 30s or 15m.
       */
      startupTimeout: string;
      /**
       * Failed checks in a row after which a replica gets no more requests.
       */
      failureThreshold: number;
      /**
       * Passed checks in a row after which it gets requests again.
       */
      successThreshold: number;
    };
    /**
     * How a change reaches the replicas: unless said otherwise the new one serves before an old one goes.
     */
    rollout: {
      /**
       * `rolling`: the new revision serves before the old one goes. `recreate`: for what cannot exist twice (a fixed host port, a lock, a licence): the old one goes before the new one starts, its sessions end, and until the new one serves requests are answered 503 with Retry-After.
       */
      strategy: "rolling" | "recreate";
      /**
       * Largest number of replicas above `replicas` while a change rolls out.
       */
      maxSurge: number;
      /**
       * A replaced replica keeps its sessions for at most so long. A duration with its unit, such as 300ms, 30s or 15m.
       */
      drainTimeout: string;
      /**
       * What follows when the name of the image means another image than before (it was built or pulled anew). `report`: replicas run on, the condition ImageMoved tells of it, and what is made from then on uses the new image. `replace`: the replicas are replaced as in any rollout.
       */
      imageChange: "report" | "replace";
      /**
       * While it is present, a changed spec is tried beside the revision that last served, which keeps all its replicas. Remove it to roll the change out.
       */
      canary?: {
        /**
         * Share of new sessions and of requests without a session that the changed spec gets, in percent. A change of it moves nothing but weights.
         */
        weight: number;
        /**
         * Replicas that run the changed spec, beside `replicas`.
         */
        replicas: number;
      };
    };
    /**
     * `none`: the service reaches nothing outside the internal network; `open`: also the frontend network and what lies behind it.
     */
    egress: "none" | "open";
    /**
     * Version of the service, as it is registered in Consul.
     */
    version?: string;
    /**
     * What the service offers; registered as Consul tags and metadata.
     */
    capabilities: string[];
  };
}
