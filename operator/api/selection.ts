import { parseSelector } from '../core/selector.ts';

/** Which of a list are wanted. */
export interface Selection {
  readonly namespace?: string;
  /** Kubernetes' label selectors: `team=platform,tier in (front,back)`. */
  readonly selector?: string;
}

/**
 * Whether something of this namespace, with these labels, is wanted.
 * @throws Error with status code 400 that names the part of the selector that makes no sense
 */
export function selectionOf({
  namespace,
  selector = '',
}: Selection): (of: string, labels?: Readonly<Record<string, string>>) => boolean {
  const holds = parsed(selector);
  return (of, labels = {}) => (namespace === undefined || namespace === of) && holds(labels);
}

function parsed(selector: string): ReturnType<typeof parseSelector> {
  try {
    return parseSelector(selector);
  } catch (error) {
    throw Object.assign(error as Error, { statusCode: 400 });
  }
}
