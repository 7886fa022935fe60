import type { StructuralSchema } from './structural.ts';

const text = (description: string): StructuralSchema => ({ type: 'string', description });
const count = (description: string): StructuralSchema => ({ type: 'integer', description });

const conditions: StructuralSchema = {
  type: 'array',
  description: 'What holds, and why not where it does not (docs/reasons.md).',
  'x-kubernetes-list-type': 'map',
  'x-kubernetes-list-map-keys': ['type'],
  items: {
    type: 'object',
    required: ['type', 'status', 'reason', 'message', 'lastTransitionTime'],
    properties: {
      type: text('Accepted, ResolvedRefs, Programmed, Available, Verified, Ready; Degraded, Stalled where so.'),
      status: { ...text('Whether it holds.'), enum: ['True', 'False', 'Unknown'] },
      reason: text('Why, in one word for programs.'),
      message: text('Why, for people.'),
      observedGeneration: count('Generation of the resource that it was judged by.'),
      lastTransitionTime: { ...text('When its status last changed.'), format: 'date-time' },
    },
  },
};

const common = {
  observedGeneration: count('Generation of the resource that this status tells of.'),
  conditions,
};

/** Before the operator has seen an object. Without it, tools that wait by kstatus take a new object for a finished one. */
const unseen = { observedGeneration: -1 };

/** What the operator writes below `status`, by kind. */
export const statusSchemas: Readonly<Record<string, StructuralSchema>> = {
  MCPNetwork: {
    type: 'object',
    description: 'Observed state of the network; written by the operator.',
    default: unseen,
    properties: {
      ...common,
      replicas: count('Parts that the network should have: service discovery and load balancer.'),
      readyReplicas: count('Parts that serve.'),
    },
  },
  MCPService: {
    type: 'object',
    description: 'Observed state of the service; written by the operator.',
    default: unseen,
    properties: {
      ...common,
      revision: count('Number of the revision in force.'),
      replicas: count('Replicas that there should be, those of a canary included.'),
      readyReplicas: count('Replicas that serve.'),
      selector: text('Labels of the Pods of the service, as text; for what scales by it.'),
      port: count('Port at which the service is served.'),
      address: {
        type: 'object',
        description: 'Where clients reach the service.',
        properties: { url: text('URL for MCP clients.') },
      },
      serverInfo: {
        type: 'object',
        description: 'What the server told of itself.',
        properties: {
          name: text('Its name.'),
          version: text('Its version.'),
          protocolVersion: text('Revision of MCP that it speaks.'),
          capabilities: { type: 'array', description: 'What it offers.', items: { type: 'string' } },
          tools: count('Number of its tools.'),
        },
      },
    },
  },
};
