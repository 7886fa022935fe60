/** Tells on a terminal what is waited for, in one line that is written over; elsewhere a line for each news. */
export interface Progress {
  /** What is waited for now. */
  show(text: string): void;
  /** Leaves nothing of itself on a terminal. */
  end(): void;
}

/** On the error stream: the output stays what was asked for. */
export function createProgress(out: NodeJS.WriteStream = process.stderr): Progress {
  let last = '';
  const startedMs = Date.now();
  return {
    show(text) {
      if (out.isTTY) {
        const seconds = Math.floor((Date.now() - startedMs) / 1000);
        // Back to the start of the line, and clear the rest of it (ECMA-48 EL).
        out.write(`\r\u001b[K${`${text} (${seconds}s)`.slice(0, Math.max(20, out.columns - 1))}`);
      } else if (text !== last) out.write(`${text}\n`);
      last = text;
    },
    end() {
      if (out.isTTY && last !== '') out.write('\r\u001b[K');
    },
  };
}
