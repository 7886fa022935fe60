import { readFileSync } from 'node:fs';
import { stringify } from 'yaml';
import { statusSchemas } from './status.ts';
import { structural, type JsonSchema, type StructuralSchema } from './structural.ts';

/** An object of apiextensions.k8s.io/v1. */
export interface CustomResourceDefinition {
  readonly apiVersion: 'apiextensions.k8s.io/v1';
  readonly kind: 'CustomResourceDefinition';
  /** `name` is `<plural>.<group>`, as Kubernetes demands. */
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly group: string;
    readonly scope: 'Namespaced';
    readonly names: Readonly<Record<string, unknown>>;
    readonly versions: readonly [Version];
  };
}

interface Version {
  readonly name: string;
  readonly served: boolean;
  readonly storage: boolean;
  readonly additionalPrinterColumns: readonly Column[];
  readonly subresources: Readonly<Record<string, unknown>>;
  readonly schema: { readonly openAPIV3Schema: StructuralSchema };
}

interface Column {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'date';
  readonly jsonPath: string;
  readonly description: string;
  /** 1: only with `kubectl get -o wide`. */
  readonly priority?: 1;
}

/** How a kind is called and shown by kubectl. */
interface Manner {
  readonly shortNames: readonly string[];
  readonly columns: readonly Column[];
  readonly subresources: Readonly<Record<string, unknown>>;
}

const group = 'mcpnet.io';
const version = 'v1alpha1';
const kinds = ['MCPNetwork', 'MCPService'];

const ready: Column = {
  name: 'Ready',
  type: 'string',
  jsonPath: '.status.conditions[?(@.type=="Ready")].status',
  description: 'Whether everything that was declared serves.',
};
const reason: Column = {
  name: 'Reason',
  type: 'string',
  jsonPath: '.status.conditions[?(@.type=="Ready")].message',
  description: 'Why it is ready, or is not.',
  priority: 1,
};
const age: Column = {
  name: 'Age',
  type: 'date',
  jsonPath: '.metadata.creationTimestamp',
  description: 'Time since it was created.',
};

const manners: Readonly<Record<string, Manner>> = {
  MCPNetwork: {
    shortNames: ['mcpnet'],
    columns: [
      ready,
      { name: 'Parts', type: 'integer', jsonPath: '.status.readyReplicas', description: 'Parts that serve.' },
      age,
      reason,
    ],
    subresources: { status: {} },
  },
  MCPService: {
    shortNames: ['mcpsvc'],
    columns: [
      ready,
      { name: 'Replicas', type: 'integer', jsonPath: '.status.readyReplicas', description: 'Replicas that serve.' },
      {
        name: 'Protocol',
        type: 'string',
        jsonPath: '.status.serverInfo.protocolVersion',
        description: 'Revision of MCP that the server speaks.',
      },
      { name: 'URL', type: 'string', jsonPath: '.status.address.url', description: 'Where clients reach it.' },
      age,
      {
        name: 'Desired',
        type: 'integer',
        jsonPath: '.spec.replicas',
        description: 'Replicas that there should be.',
        priority: 1,
      },
      { name: 'Image', type: 'string', jsonPath: '.spec.image', description: 'Container image.', priority: 1 },
      reason,
    ],
    subresources: {
      status: {},
      scale: {
        specReplicasPath: '.spec.replicas',
        statusReplicasPath: '.status.replicas',
        labelSelectorPath: '.status.selector',
      },
    },
  },
};

/** The custom resources of this API, made from the schemas that manifests are validated against. */
export function customResourceDefinitions(): CustomResourceDefinition[] {
  return kinds.map(definitionOf);
}

/** A definition as `kubectl apply` takes it. */
export function definitionText(definition: CustomResourceDefinition): string {
  return stringify(definition, { lineWidth: 0, aliasDuplicateObjects: false });
}

function definitionOf(kind: string): CustomResourceDefinition {
  const plural = `${kind.toLowerCase()}s`;
  const manner = manners[kind];
  if (!manner) throw new Error(`schemas/crds.ts does not say how ${kind} is shown`);
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: {
        kind,
        listKind: `${kind}List`,
        plural,
        singular: kind.toLowerCase(),
        shortNames: manner.shortNames,
        categories: ['mcp'],
      },
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          additionalPrinterColumns: manner.columns,
          subresources: manner.subresources,
          schema: { openAPIV3Schema: objectSchema(kind) },
        },
      ],
    },
  };
}

/** Of `metadata` Kubernetes lets a schema restrict the name alone; the rest it checks itself. */
function objectSchema(kind: string): StructuralSchema {
  const file = new URL(`${kind.toLowerCase()}.${version}.json`, import.meta.url);
  // Our own file, of the form that a JSON Schema has.
  const { description, required = [], properties = {} } = JSON.parse(readFileSync(file, 'utf8')) as JsonSchema;
  const { metadata, spec } = properties;
  const name = metadata?.properties?.['name'];
  const status = statusSchemas[kind];
  if (!spec || !name || !status) throw new Error(`${kind} lacks the schema of its name, its spec or its status`);
  return {
    type: 'object',
    description,
    ...(required.includes('spec') && { required: ['spec'] }),
    properties: {
      apiVersion: { type: 'string' },
      kind: { type: 'string' },
      metadata: { type: 'object', properties: { name: structural(name, 'metadata.name') } },
      spec: structural(spec),
      status,
    },
  };
}
