/** Besides those of services: discovery, dashboard, statistics. */
const notServicePorts = 3;

export interface NetworkPorts {
  readonly discovery: number;
  readonly dashboard: number;
  readonly statistics: number;
  /** First and last of the range for services, both included. */
  readonly first: number;
  readonly last: number;
}

/** How many ports in a row a test network of so many services takes. */
export function portsNeeded(servicePorts: number): number {
  return servicePorts + notServicePorts;
}

/** What is what of the ports in a row that begin at `first`. */
export function networkPorts(first: number, servicePorts: number): NetworkPorts {
  return {
    discovery: first,
    dashboard: first + 1,
    statistics: first + 2,
    first: first + notServicePorts,
    last: first + notServicePorts - 1 + servicePorts,
  };
}
