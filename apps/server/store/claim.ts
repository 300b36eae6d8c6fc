/**
 * Claiming: queued → running, owned by this life of the server. Claims that come together share their statements, except the
 * guarded write itself: limits are looked at one task run after the other.
 */
import type { ResultSet } from "@libsql/client";
import { getTableColumns, type InferSelectModel } from "drizzle-orm";
import type { TaskRun } from "../core/entities.ts";
import { jsonText } from "../core/json.ts";
import type { Database } from "./database.ts";
import { hold } from "./lock-sql.ts";
import { toTaskRun } from "./rows.ts";
import * as sql from "./run-sql.ts";
import { taskRuns } from "./schema/index.ts";
import { specOf } from "./specs.ts";

export interface Owner {
  /** This node's name. */
  readonly node: string;
  /** This life of the server. */
  readonly boot: string;
}

/** Null: it is not queued (any more), or a limit holds it back. */
export type Claim = (taskRunId: string, now: number) => Promise<TaskRun | null>;

interface Wanted {
  readonly taskRunId: string;
  readonly now: number;
  resolve(taskRun: TaskRun | null): void;
  reject(error: unknown): void;
}

export function createClaim(database: Database, owner: Owner): Claim {
  let wanted: Wanted[] = [];
  let busy = false;

  async function drain(): Promise<void> {
    while (wanted.length > 0) {
      const together = wanted;
      wanted = [];
      await claimAll(together);
    }
    busy = false;
  }
  async function claimAll(together: readonly Wanted[]): Promise<void> {
    try {
      const claimed = await claimTogether(database, owner, together);
      for (const one of together) {
        const taskRun = claimed.get(one.taskRunId);
        claimed.delete(one.taskRunId);
        if (taskRun) one.resolve(taskRun);
        else void holdBack(one);
      }
    } catch (error) {
      for (const one of together) one.reject(error);
    }
  }
  /** A lock may have become free right after the claim. */
  async function holdBack(one: Wanted): Promise<void> {
    try {
      const [free] = await database.write(hold(one.taskRunId));
      if (free?.rows.length) one.resolve(await claim(one.taskRunId, one.now));
      else one.resolve(null);
    } catch (error) {
      one.reject(error);
    }
  }
  const claim: Claim = (taskRunId, now) =>
    new Promise((resolve, reject) => {
      wanted.push({ taskRunId, now, resolve, reject });
      if (busy) return;
      busy = true;
      setImmediate(() => void drain());
    });
  return claim;
}

async function claimTogether(
  database: Database,
  owner: Owner,
  wanted: readonly Wanted[],
): Promise<Map<string, TaskRun>> {
  const now = Math.max(...wanted.map((one) => one.now));
  const ids = jsonText(wanted.map((one) => one.taskRunId));
  const statements = [
    ...wanted.flatMap((one) => [sql.claim(one.taskRunId, owner, one.now), sql.startRun(one.taskRunId, owner, one.now)]),
    sql.openAttempts(ids, owner, now),
    { sql: SELECT, args: [ids] },
  ];
  // A claim that a power cut undoes leaves a queued row, which is what the next start would make of it anyway.
  const results = await database.write(statements, { durable: false });
  const claimed = new Set(wanted.filter((_, i) => (results[2 * i]?.rowsAffected ?? 0) > 0).map((one) => one.taskRunId));
  const rows = read(results.at(-1)).filter((taskRun) => claimed.has(taskRun.id));
  return new Map(rows.map((taskRun) => [taskRun.id, taskRun]));
}

const COLUMNS = Object.entries(getTableColumns(taskRuns));
const SELECT = `SELECT ${COLUMNS.map(([, column]) => `t."${column.name}"`).join(", ")}, s.spec
  FROM json_each(?) AS d CROSS JOIN task_runs t ON t.id = d.value JOIN specs s ON s.id = t.spec_id`;

/** Makes a field of a selected row when it is asked for, from the value at its place. To name them all in every row takes longer than to read it. */
const FIELDS: object = Object.create(Array.prototype);
for (const [at, [name, column]] of COLUMNS.entries()) {
  const get = function (this: readonly unknown[]): unknown {
    return this[at] === null ? null : column.mapFromDriverValue(this[at]);
  };
  Object.defineProperty(FIELDS, name, { get });
}

function read(result: ResultSet | undefined): TaskRun[] {
  return (result?.rows ?? []).map((row) => {
    const spec = String(row[COLUMNS.length]);
    const taskRun = Object.setPrototypeOf(row, FIELDS) as InferSelectModel<typeof taskRuns>;
    return toTaskRun(taskRun, specOf(taskRun.specId, spec));
  });
}
