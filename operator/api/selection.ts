/** Which of a list are wanted. */
export interface Selection {
  readonly namespace?: string;
  /** `team=platform,tier=front`: all of these labels. */
  readonly selector?: string;
}

export function selects(
  { namespace, selector = '' }: Selection,
  of: string,
  labels: Readonly<Record<string, string>>,
): boolean {
  if (namespace !== undefined && namespace !== of) return false;
  return selector
    .split(',')
    .filter((each) => each !== '')
    .every((each) => {
      const [name = '', value] = each.split('=');
      return value === undefined ? labels[name] !== undefined : labels[name] === value;
    });
}
