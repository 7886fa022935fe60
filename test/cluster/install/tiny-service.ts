import { packageVersion } from '../../../operator/config.ts';
import { eventually } from '../../support/eventually.ts';
import type { TestCluster } from '../use-cluster.ts';

/** What runs for the service below, beside the operator. */
export const images = [`mcpnet/bridge:${packageVersion()}`, 'mcpnet/haproxy:3.0', 'mcpnet-test/tiny:1'];

/** A network without Consul and a service of one small server. */
export function declared({ replicas = 1, level = 'one' } = {}): string {
  return `
apiVersion: mcpnet.io/v1alpha1
kind: MCPNetwork
metadata: { name: default }
spec:
  discovery: { type: none }
  loadBalancer: { haproxy: { image: mcpnet/haproxy:3.0 } }
---
apiVersion: mcpnet.io/v1alpha1
kind: MCPService
metadata: { name: tiny }
spec:
  image: mcpnet-test/tiny:1
  transport: streamable-http
  mcpPort: 3000
  replicas: ${replicas}
  env: [{ name: LEVEL, value: ${level} }]
  secrets: [{ name: key, key: value, targetEnvName: KEY }]
`;
}

/** What takes volumes: nobody here provides any, so none of it ever runs. */
export const takingVolumes = `
apiVersion: mcpnet.io/v1alpha1
kind: MCPNetwork
metadata: { name: aside }
spec:
  ports: { services: 11300-11309, discovery: 11290, dashboard: 11291, statistics: 11299 }
  networks: { frontend: { name: aside-front }, internal: { name: aside-inside, internal: true } }
  discovery: { consul: { image: 'mcpnet/consul:1.8.7' } }
  loadBalancer: { haproxy: { image: mcpnet/haproxy:3.0 } }
---
apiVersion: mcpnet.io/v1alpha1
kind: MCPService
metadata: { name: keeper }
spec:
  image: mcpnet-test/tiny:1
  transport: streamable-http
  mcpPort: 3000
  volumes: [{ name: notes, mountPath: /notes }]
`;

/** Until the service answers an MCP client at the name that it has in the cluster. */
export async function speaks(cluster: TestCluster, name: string): Promise<void> {
  const address = await cluster.kubectl(['get', 'service', name, '-o', 'jsonpath={.spec.clusterIP}']);
  await eventually(async () => (await initialize(`http://${address}/mcp`)).status === 200);
}

export function initialize(url: string): Promise<Response> {
  const params = { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'test', version: '1' } };
  return fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params }),
  });
}
