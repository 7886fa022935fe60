/** Images of the managed parts: the official one, and the one to build where no registry can be reached. */
export const consulImage = { official: 'hashicorp/consul:1.20', local: 'mcpnet/consul:1.8.7' } as const;
export const haproxyImage = { official: 'haproxy:3.0', local: 'mcpnet/haproxy:3.0' } as const;
export const officialImages = [consulImage, haproxyImage] as const;
