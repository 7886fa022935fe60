/** A rule of a Role, with what it is for. */
export interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  /** For people: docs/kubernetes.md prints it. */
  readonly why: string;
}

/** In the operator's own namespace. */
export const ownRules: readonly Rule[] = [
  {
    apiGroups: ['coordination.k8s.io'],
    resources: ['leases'],
    verbs: ['get', 'create', 'update'],
    why: 'one Pod leads: it holds a Lease, which the others wait for',
  },
  {
    apiGroups: [''],
    resources: ['pods'],
    verbs: ['patch'],
    why: 'the Pod that leads says so in a label, by which the Service of the dashboard finds it',
  },
  {
    apiGroups: [''],
    resources: ['secrets'],
    verbs: ['list', 'create', 'patch', 'delete'],
    why: 'the histories of revisions',
  },
];

const everything = ['get', 'list', 'watch', 'create', 'patch', 'delete'];

/** In every namespace in which it runs services. */
export const watchedRules: readonly Rule[] = [
  {
    apiGroups: ['mcpnet.io'],
    resources: ['mcpnetworks', 'mcpservices'],
    verbs: ['list', 'watch'],
    why: 'what is declared',
  },
  {
    apiGroups: ['mcpnet.io'],
    resources: ['mcpnetworks/status', 'mcpservices/status'],
    verbs: ['patch'],
    why: 'status and conditions of what is declared',
  },
  { apiGroups: [''], resources: ['events'], verbs: ['create', 'patch'], why: 'Events on what is declared' },
  {
    apiGroups: ['apps'],
    resources: ['deployments', 'statefulsets'],
    verbs: everything,
    why: 'the replicas of services, HAProxy and Consul',
  },
  { apiGroups: [''], resources: ['pods'], verbs: ['list', 'watch'], why: 'how the replicas are' },
  { apiGroups: [''], resources: ['pods/log'], verbs: ['get'], why: '`mcpnet logs` and the dashboard' },
  { apiGroups: [''], resources: ['services'], verbs: everything, why: 'names and ports of services' },
  {
    apiGroups: [''],
    resources: ['secrets'],
    verbs: everything,
    why: 'what services name; what HAProxy starts from, and the token of the program beside it',
  },
  {
    apiGroups: [''],
    resources: ['persistentvolumeclaims'],
    verbs: ['list', 'watch', 'create', 'delete'],
    why: 'volumes; those of services are kept, the one of a managed Consul goes with its network',
  },
  {
    apiGroups: ['networking.k8s.io'],
    resources: ['networkpolicies'],
    verbs: [...everything, 'update'],
    why: 'who may talk to whom',
  },
  {
    apiGroups: ['policy'],
    resources: ['poddisruptionbudgets'],
    verbs: [...everything, 'update'],
    why: 'that not all replicas go at once when nodes are drained',
  },
];
