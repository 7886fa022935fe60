import { hashOf } from '../../core/hash.ts';

/** Metadata by which our registrations are told from others', and by which a change of theirs is seen. */
export const meta = {
  owner: 'mcpnet-owner',
  key: 'mcpnet-key',
  id: 'mcpnet-id',
  hash: 'mcpnet-hash',
  hashVersion: 'mcpnet-hash-version',
  /** Fits only the registration that it was made for. */
  seal: 'mcpnet-seal',
} as const;

/** As the agent's API lists them. */
export interface AgentService {
  readonly ID: string;
  readonly Service: string;
  readonly Address: string;
  readonly Port: number;
  readonly Tags: readonly string[] | null;
  readonly Meta: Readonly<Record<string, string>> | null;
}

export interface AgentCheck {
  readonly CheckID: string;
  readonly ServiceID: string;
  readonly Status: string;
  readonly Output: string;
  readonly Notes: string;
  readonly Type?: string;
}

interface Registration {
  readonly name: string;
  readonly address: string;
  readonly port: number;
  readonly tags: string[];
  readonly meta: Record<string, string>;
}

/** The registration with a seal in its metadata. */
export function sealed(registration: Registration): Registration {
  return { ...registration, meta: { ...registration.meta, [meta.seal]: hashOf(registration) } };
}

/**
 * What somebody changed about a registration of ours, in words; undefined if nothing. Its one check carries the hash of
 * what was registered as its notes, for the agent lists no definition of a check. Registrations of earlier versions have
 * no seal: of those only the loss of the check is seen.
 */
export function registrationDrift(service: AgentService, checks: readonly AgentCheck[]): string | undefined {
  if (checks.length === 0) return 'was changed by somebody: its check is gone';
  const given = service.Meta?.[meta.seal];
  if (given === undefined) return undefined;
  if (given !== sealOf(service)) return 'was changed by somebody: its address, port, tags or metadata are others';
  const maintenance = checks.find(({ CheckID }) => CheckID === `_service_maintenance:${service.ID}`);
  if (maintenance)
    return `somebody put it into maintenance mode (${maintenance.Notes}); mcpnet drain takes a replica out for good`;
  const isOurs = ({ CheckID, Notes, Type = 'http' }: AgentCheck): boolean =>
    CheckID === `service:${service.ID}` && Notes === service.Meta?.[meta.hash] && Type === 'http';
  return checks.every(isOurs) ? undefined : 'was changed by somebody: its check is another, or has one beside it';
}

function sealOf({ Service, Address, Port, Tags, Meta }: AgentService): string {
  const { [meta.seal]: _seal, ...rest } = Meta ?? {};
  return hashOf({
    name: Service,
    address: Address,
    port: Port,
    tags: [...(Tags ?? [])],
    meta: rest,
  } satisfies Registration);
}
