import type { ComponentChildren, JSX } from 'preact';
import { useState } from 'preact/hooks';

export interface Column<Row> {
  readonly id: string;
  readonly title: string;
  /** Said where the title is too short to be understood. */
  readonly explained?: string;
  readonly kind?: 'number' | 'text' | 'wide';
  cell(row: Row): ComponentChildren;
  /** What it is sorted by; without it the column is not sorted by. Not known comes last. */
  sortBy?(row: Row): number | string | undefined;
}

export interface Order {
  readonly column: string;
  readonly descending: boolean;
}

/** Rows beyond this many wait for a click: a browser draws thousands slowly. */
const firstRows = 200;

/** A table that can be sorted by its headings; on a narrow screen each row is a card that names its fields. */
export function DataTable<Row>({
  caption,
  columns,
  rows,
  keyOf,
  first,
}: {
  caption: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  keyOf: (row: Row) => string;
  first?: Order;
}): JSX.Element {
  const [order, setOrder] = useState<Order | undefined>(first);
  const [most, setMost] = useState(firstRows);
  const sorted = order ? sortRows(rows, columns, order) : rows;
  return (
    <div class="table-frame">
      <table class="data">
        <caption class="hidden">{caption}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <Heading key={column.id} column={column} order={order} onOrder={setOrder} />
            ))}
          </tr>
        </thead>
        <tbody>
          {sorted.slice(0, most).map((row) => (
            <tr key={keyOf(row)} data-key={keyOf(row)}>
              {columns.map((column, index) =>
                index === 0 ? (
                  <th key={column.id} scope="row" class={classOf(column)}>
                    {column.cell(row)}
                  </th>
                ) : (
                  <td key={column.id} class={classOf(column)} data-title={column.title}>
                    {column.cell(row)}
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
      {sorted.length > most && (
        <button
          type="button"
          class="more"
          onClick={() => {
            setMost(most * 5);
          }}
        >
          {most} of {sorted.length} are shown. Show more
        </button>
      )}
    </div>
  );
}

function Heading<Row>({
  column,
  order,
  onOrder,
}: {
  column: Column<Row>;
  order: Order | undefined;
  onOrder: (order: Order) => void;
}): JSX.Element {
  const isChosen = order?.column === column.id;
  const direction = order?.descending ? 'descending' : 'ascending';
  if (!column.sortBy)
    return (
      <th scope="col" class={classOf(column)} title={column.explained}>
        {column.title}
      </th>
    );
  return (
    <th scope="col" class={classOf(column)} aria-sort={isChosen ? direction : 'none'}>
      <button
        type="button"
        class="heading"
        title={column.explained}
        onClick={() => {
          // Of figures the largest, of names the first in the alphabet are looked for.
          onOrder({ column: column.id, descending: isChosen ? !order.descending : column.kind === 'number' });
        }}
      >
        {column.title}
        <span aria-hidden="true" class="arrow">
          {isChosen ? (order.descending ? '↓' : '↑') : ''}
        </span>
      </button>
    </th>
  );
}

function sortRows<Row>(rows: readonly Row[], columns: readonly Column<Row>[], order: Order): readonly Row[] {
  const by = columns.find(({ id }) => id === order.column)?.sortBy;
  if (!by) return rows;
  const sign = order.descending ? -1 : 1;
  return [...rows].sort((one, other) => {
    const [a, b] = [by(one), by(other)];
    if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined);
    return sign * (typeof a === 'string' || typeof b === 'string' ? String(a).localeCompare(String(b)) : a - b);
  });
}

function classOf({ kind = 'text' }: { kind?: 'number' | 'text' | 'wide' }): string {
  return `cell-${kind}`;
}
