/** The rows of a local database, as @libsql/client gives them. */
import type { ResultSet, Row, Value } from "@libsql/client";

export interface Shape {
  readonly columns: string[];
  /** Of its rows: gives their values by name. To write every name into every row would cost as much as to read the row. */
  readonly prototype: object;
}

/** Drizzle reads rows by place, we read them by name; of columns of one name the first counts. */
export function shapeOf(given: readonly { readonly name: string }[]): Shape {
  const columns = given.map(({ name }) => name);
  const prototype: object = Object.create(Array.prototype);
  for (const [at, name] of [...columns.entries()].reverse()) {
    const get = function (this: Value[]): Value {
      return this[at] ?? null;
    };
    Object.defineProperty(prototype, name, { get, configurable: true });
  }
  return { columns, prototype };
}

export class Result implements ResultSet {
  readonly columns: string[];
  readonly columnTypes: string[] = [];
  readonly rows: Row[];
  readonly rowsAffected: number;
  readonly lastInsertRowid = undefined;

  constructor(columns: string[], rows: Row[], rowsAffected: number) {
    this.columns = columns;
    this.rows = rows;
    this.rowsAffected = rowsAffected;
  }

  toJSON(): object {
    return { ...this };
  }
}
