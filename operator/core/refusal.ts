/** Why a command is not carried out: what it names does not exist, does not fit the present state, or makes no sense. */
export type RefusalKind = 'unknown' | 'conflict' | 'unfit';

/** A command that cannot be carried out. The message says what to do instead. */
export class Refusal extends Error {
  readonly kind: RefusalKind;

  constructor(kind: RefusalKind, message: string) {
    super(message);
    this.name = 'Refusal';
    this.kind = kind;
  }
}
