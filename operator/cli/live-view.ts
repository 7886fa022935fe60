import type { WriteStream } from 'node:tty';
import type { Status } from '../engine/status.ts';
import { formatStatuses } from './status-table.ts';

/** Where `up` shows what happens. */
export interface LiveView {
  /** A line of the log. */
  line(text: string): void;
  /** @param changed the only one that is different from before; absent if any may be */
  show(statuses: () => readonly Status[], changed?: Status): void;
  end(): void;
}

const redrawMs = 100;

/**
 * On a terminal a table that stays below the newest lines; otherwise plain lines, and the table is left to `get`. Where
 * the log is for machines, nothing but the log.
 */
export function createLiveView(out: WriteStream, logForm: 'pretty' | 'json'): LiveView {
  if (logForm === 'json') return { line: (text) => out.write(`${text}\n`), show() {}, end() {} };
  return out.isTTY ? terminalView(out) : plainView(out);
}

/** One line per service, again whenever its state changes. */
function plainView(out: WriteStream): LiveView {
  const shown = new Map<string, string>();
  return {
    line: (text) => out.write(`${text}\n`),
    show(statuses, changed) {
      for (const status of changed ? [changed] : statuses()) {
        const [, row = ''] = formatStatuses([{ ...status, since: new Date().toISOString() }], Date.now()).split('\n');
        const text = row.replace(/ {2,}0s/, '');
        if (shown.get(status.key) === text) continue;
        shown.set(status.key, text);
        out.write(`${text}\n`);
      }
    },
    end() {},
  };
}

function terminalView(out: WriteStream): LiveView {
  let table = '';
  let drawnRows = 0;
  let timer: NodeJS.Timeout | undefined;

  const erase = (): void => {
    // Up over the table, and clear from there to the end of the screen (ECMA-48 CUU and ED).
    if (drawnRows > 0) out.write(`\u001b[${drawnRows}A\u001b[0J`);
    drawnRows = 0;
  };
  const draw = (): void => {
    erase();
    if (table === '') return;
    const rows = table.split('\n').map((row) => row.slice(0, Math.max(20, out.columns - 1)));
    out.write(`\n${rows.join('\n')}\n`);
    drawnRows = rows.length + 1;
  };
  return {
    line(text) {
      erase();
      out.write(`${text}\n`);
      draw();
    },
    show(statuses) {
      // However many change: the table is made once for each time that it is drawn.
      timer ??= setTimeout(() => {
        timer = undefined;
        table = tableOf(statuses());
        draw();
      }, redrawMs);
    },
    end() {
      clearTimeout(timer);
    },
  };
}

function tableOf(statuses: readonly Status[]): string {
  const tables = ['MCPNetwork', 'MCPService'].map((each) => statuses.filter(({ kind }) => kind === each));
  const [networks = [], services = []] = tables;
  const rows = formatStatuses(services, Date.now());
  return networks.length > 0 ? `${formatStatuses(networks, Date.now())}\n\n${rows}` : rows;
}
