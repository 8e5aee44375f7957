import type { ComponentChildren, JSX } from "preact";

/** Tables, whose rows become cards where there is no room for columns (style.css). */

export interface Column<Row> {
  readonly title: string;
  readonly cell: (row: Row) => ComponentChildren;
  /** Names the row. */
  readonly isName?: true;
  /** Digits in columns. */
  readonly isNumber?: true;
}

interface TableProps<Row> {
  /** For screen readers. */
  readonly label: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string;
}

/** Roles are written out: browsers drop them from a table that is not laid out as one. */
export function Table<Row>({ label, columns, rows, keyOf }: TableProps<Row>): JSX.Element {
  return (
    <table role="table" aria-label={label}>
      <thead role="rowgroup">
        <tr role="row">
          {columns.map(({ title }) => (
            <th key={title} role="columnheader" scope="col">
              {title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody role="rowgroup">
        {rows.map((row) => (
          <tr key={keyOf(row)} role="row">
            {columns.map(({ title, cell, isName, isNumber }) =>
              isName === true ? (
                <th key={title} role="rowheader" scope="row">
                  {cell(row)}
                </th>
              ) : (
                <td key={title} role="cell" data-title={title} class={isNumber === true ? "number" : ""}>
                  {cell(row)}
                </td>
              ),
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
