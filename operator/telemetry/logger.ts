import { Writable } from 'node:stream';
import winston from 'winston';
import type { Redact } from '../core/redact.ts';
import type { Logger } from '../ports/logger.ts';

export interface LoggerOptions {
  readonly level: string;
  /** JSON lines for machines, one readable line each for people. */
  readonly form: 'json' | 'pretty';
  /** Where finished lines go. */
  readonly write: (line: string) => void;
  /** Takes secrets out of a line. */
  readonly redact?: Redact;
}

export function createLogger({ level, form, write, redact = (line) => line }: LoggerOptions): Logger {
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      write(redact(chunk.toString('utf8').trimEnd()));
      done();
    },
  });
  const format =
    form === 'json'
      ? winston.format.combine(winston.format.timestamp(), winston.format.json())
      : winston.format.combine(winston.format.timestamp({ format: 'HH:mm:ss' }), winston.format.printf(pretty));
  return winston.createLogger({ level, format, transports: [new winston.transports.Stream({ stream })] });
}

function pretty({ timestamp, level, message, ...fields }: winston.Logform.TransformableInfo): string {
  const shown = Object.entries(fields).map(
    ([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  return `${String(timestamp)} ${level.padEnd(5)} ${String(message)}${shown.length > 0 ? `  ${shown.join(' ')}` : ''}`;
}
