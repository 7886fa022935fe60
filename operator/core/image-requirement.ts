import { Fault } from './fault.ts';

/** What an image must be, told by an environment variable that it carries. */
export interface ImageRequirement {
  readonly variable: string;
  /** `3.0`: the lowest version that will do. An image that does not tell its version is tried. */
  readonly atLeast: string;
  readonly reason: string;
  /** What lower versions lack, for people. */
  readonly missing: string;
}

/** @throws Fault invalid, with the requirement's reason, if the image is too old */
export function requireImage(
  image: { readonly name: string; readonly env: Readonly<Record<string, string>> },
  { variable, atLeast, reason, missing }: ImageRequirement,
): void {
  const version = image.env[variable];
  if (version === undefined || compare(version, atLeast) >= 0) return;
  throw new Fault(
    'invalid',
    reason,
    `image "${image.name}" is version ${version}, which lacks ${missing}; name one of version ${atLeast} or later`,
  );
}

function compare(left: string, right: string): number {
  const numbers = numbersOf(left);
  for (const [index, other] of numbersOf(right).entries()) {
    const difference = (numbers[index] ?? 0) - other;
    if (difference !== 0) return difference;
  }
  return 0;
}

function numbersOf(version: string): number[] {
  return version.split('.').map((part) => Number.parseInt(part, 10));
}
