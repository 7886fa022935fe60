/** Takes values of secrets out of a text for people. */
export type Redact = (text: string) => string;

export const redacted = '[redacted]';

/** What is shorter stands in too many texts that tell nothing of it. */
const shortestValue = 6;
/** A single line of a key or a certificate. */
const shortestLine = 12;

/** Values of secrets, in the forms in which they come up in texts; what was a secret once stays one. */
export class SecretValues {
  readonly #known = new Set<string>();
  /** Longest first: one may be part of another. */
  #forms: readonly string[] = [];

  add(value: string): void {
    if (value.length < shortestValue || this.#known.has(value)) return;
    this.#known.add(value);
    this.#forms = [...new Set([...this.#forms, ...formsOf(value)])].sort((left, right) => right.length - left.length);
  }

  readonly redact: Redact = (text) => {
    let clean = text;
    for (const form of this.#forms) if (clean.includes(form)) clean = clean.replaceAll(form, redacted);
    return clean;
  };
}

/** As it is, as JSON and URLs have it, in base64, and its lines where it has several: logs are read by lines. */
function formsOf(value: string): string[] {
  const lines = value.split(/\r?\n/).map((line) => line.trim());
  const telling = lines.filter((line) => line.length >= shortestLine && !line.startsWith('-----'));
  return [
    value,
    JSON.stringify(value).slice(1, -1),
    encodeURIComponent(value.toWellFormed()),
    Buffer.from(value).toString('base64').replace(/=+$/, ''),
    ...(lines.length > 1 ? telling : []),
  ];
}
