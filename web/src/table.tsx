/** Tables that are sorted by a click on a heading; which one stands in the address. */
import type { ComponentChildren } from "preact";
import { amend, usePlace } from "./route";

export interface Column<T> {
  title: string;
  /** What it is sorted by; null is unknown, and always last. */
  by: (row: T) => string | number | null;
  cell: (row: T) => ComponentChildren;
  number?: boolean;
  /** Left out where there is little room. */
  wide?: boolean;
  look?: (row: T) => string;
}

/** Rows, as they were answered until a heading is chosen. */
export function Table<T>({ columns, rows, id }: { columns: Column<T>[]; rows: T[]; id: (row: T) => string }) {
  const sort = usePlace().query.get("sort") ?? "";
  const falls = sort.startsWith("-");
  const chosen = columns.find((column) => named(column) === sort.replace("-", ""));
  const shown = chosen ? [...rows].sort((a, b) => ordered(chosen.by(a), chosen.by(b), falls)) : rows;
  const choose = (column: Column<T>) => {
    // Of numbers the largest are looked for, of names the first. A third click takes it back.
    const [first, second] = column.number ? [`-${named(column)}`, named(column)] : [named(column), `-${named(column)}`];
    amend({ sort: sort === first ? second : sort === second ? null : first });
  };
  const look = (column: Column<T>) => `${column.number ? "num" : ""} ${column.wide ? "hide-narrow" : ""}`;
  return (
    <table class="table">
      <thead>
        <tr>
          {columns.map((column) => (
            <th
              key={column.title}
              class={look(column)}
              aria-sort={column !== chosen ? undefined : falls ? "descending" : "ascending"}
            >
              <button type="button" onClick={() => choose(column)}>
                {column.title}
              </button>
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {shown.map((row) => (
          <tr key={id(row)}>
            {columns.map((column) => (
              <td key={column.title} class={`${look(column)} ${column.look?.(row) ?? ""}`}>
                {column.cell(row)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const named = (column: { title: string }) => column.title.toLowerCase().replaceAll(" ", "-");

function ordered(a: string | number | null, b: string | number | null, falls: boolean): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
  const order = typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b));
  return falls ? -order : order;
}
