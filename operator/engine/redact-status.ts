import type { Redact } from '../core/redact.ts';
import type { Status } from './status.ts';

/** A status whose texts for people hold no secrets. Names are of manifests, and stay. */
export function redactStatus(status: Status, redact: Redact): Status {
  return {
    ...status,
    conditions: status.conditions.map((each) => redactMessage(each, redact)),
    instances: status.instances.map((each) => redactMessage(each, redact)),
  };
}

export function redactMessage<Told extends { readonly message?: string }>(told: Told, redact: Redact): Told {
  return told.message === undefined ? told : { ...told, message: redact(told.message) };
}
