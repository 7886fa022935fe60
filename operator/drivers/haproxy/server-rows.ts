/** What the running process tells of one server. */
export interface ServerRow {
  readonly backend: string;
  readonly name: string;
  /** `UP`, `DOWN`, `DRAIN`, `MAINT`, `no check`, perhaps with details. */
  readonly status: string;
  readonly weight: number;
  /** `10.0.0.2:3000`; empty where it is not told. */
  readonly address: string;
  /** Sessions that are open; 0 where it is not told. */
  readonly connections: number;
  /** Why it is down; empty where it is not told. */
  readonly lastCheck: string;
}

/** A row of `show servers state` (Management Guide, "show servers state"), with its numbers in `show stat`. */
export interface StateRow extends ServerRow {
  readonly backendNumber: string;
  readonly serverNumber: string;
}

/** Bits of `srv_admin_state` that mean maintenance, whoever wants it, and those that mean a drain. */
const maintenance = 0x01 | 0x02 | 0x04 | 0x20 | 0x40;
const drain = 0x08 | 0x10;
const stopped = 0;

/** Rows of `show stat`, whole lists of them one after the other. */
export function parseStat(csv: string): ServerRow[] {
  const lines = csv.split('\n').filter((line) => line !== '');
  const names = (lines[0] ?? '').replace(/^# /, '').split(',');
  const column = (name: string): number => names.indexOf(name);
  const at = {
    backend: column('pxname'),
    name: column('svname'),
    status: column('status'),
    weight: column('weight'),
    address: column('addr'),
    connections: column('scur'),
    lastCheck: column('last_chk'),
  };
  const last = Math.max(...Object.values(at));
  return lines.flatMap((line): ServerRow[] => {
    if (line.startsWith('# ')) return [];
    const cells = line.split(',', last + 1);
    const cell = (index: number): string => cells[index] ?? '';
    return [
      {
        backend: cell(at.backend),
        name: cell(at.name),
        status: cell(at.status),
        weight: Number(cell(at.weight)),
        address: cell(at.address),
        connections: Number(cell(at.connections)),
        lastCheck: cell(at.lastCheck),
      },
    ];
  });
}

/** Rows of `show servers state`: a quarter of the text of `show stat`, and of the work on both sides. */
export function parseStates(text: string): StateRow[] {
  const lines = text.split('\n');
  const header = lines.findIndex((line) => line.startsWith('# '));
  const names = (lines[header] ?? '').slice(2).split(' ');
  const column = (name: string): number => names.indexOf(name);
  const at = {
    backendNumber: column('be_id'),
    backend: column('be_name'),
    serverNumber: column('srv_id'),
    name: column('srv_name'),
    host: column('srv_addr'),
    port: column('srv_port'),
    operation: column('srv_op_state'),
    administration: column('srv_admin_state'),
    weight: column('srv_uweight'),
  };
  const last = Math.max(...Object.values(at));
  return lines.slice(header + 1).flatMap((line): StateRow[] => {
    if (line === '') return [];
    const cells = line.split(' ', last + 1);
    const cell = (index: number): string => cells[index] ?? '';
    return [
      {
        backendNumber: cell(at.backendNumber),
        serverNumber: cell(at.serverNumber),
        backend: cell(at.backend),
        name: cell(at.name),
        status: statusOf(Number(cell(at.administration)), Number(cell(at.operation))),
        weight: Number(cell(at.weight)),
        address: `${cell(at.host)}:${cell(at.port)}`,
        connections: 0,
        lastCheck: '',
      },
    ];
  });
}

function statusOf(administration: number, operation: number): string {
  if ((administration & maintenance) !== 0) return 'MAINT';
  if (operation === stopped) return 'DOWN';
  if ((administration & drain) !== 0) return 'DRAIN';
  return 'UP';
}
