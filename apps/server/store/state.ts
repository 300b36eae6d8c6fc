/** Global and node state: the latest JSON value of each key, with version, time and writer. */
import type { InStatement, Row } from "@libsql/client";
import { and, asc, desc, eq, sql as query } from "drizzle-orm";
import type { StateEntry } from "../core/entities.ts";
import { UltravisorError } from "../core/errors.ts";
import type { Json } from "../core/json.ts";
import type { Clock, StateStore } from "../core/ports.ts";
import { checkStateKey, stateText, stateTooLarge } from "../core/state-rules.ts";
import { type Database, FENCE, FenceError } from "./database.ts";
import { state, stateHistory } from "./schema/index.ts";

export function createStateStore(database: Database, now: Clock): StateStore {
  const { db } = database;
  const at = (scope: string, key: string) => and(eq(state.scope, scope), eq(state.key, key));
  async function get(scope: string, key: string): Promise<StateEntry | null> {
    const [row] = await db.select().from(state).where(at(scope, key)).limit(1);
    return row ?? null;
  }
  /** A guarded write of one key; `refused` tells what it met when the guard did not hold. */
  async function write(
    scope: string,
    key: string,
    statement: InStatement,
    refused: (current: StateEntry | null) => UltravisorError,
  ): Promise<StateEntry> {
    try {
      const [written] = await database.write([statement, FENCE]);
      // What this write made, not what a later one made of it: of two who add, each is given a sum of its own.
      return toEntry(written?.rows[0]);
    } catch (error) {
      if (error instanceof FenceError) throw refused(await get(scope, key));
      if (error instanceof Error && error.message.includes("state_size")) throw stateTooLarge(key);
      throw error;
    }
  }
  return {
    list: (scope) => db.select().from(state).where(eq(state.scope, scope)).orderBy(asc(state.key)),
    get,
    async set(scope, key, value, writer, version) {
      checkStateKey(key);
      const statement = setStatement([scope, key, stateText(key, value), now(), writer, version ?? null]);
      return write(scope, key, statement, (current) => conflict(key, version ?? 0, current));
    },
    async increment(scope, key, by, writer) {
      checkStateKey(key);
      return write(scope, key, incrementStatement([scope, key, by, now(), writer]), () => notA("number", key));
    },
    async merge(scope, key, patch, writer) {
      checkStateKey(key);
      const statement = mergeStatement([scope, key, stateText(key, patch), now(), writer]);
      return write(scope, key, statement, () => notA("object", key));
    },
    history: (scope, key, limit) =>
      db
        .select()
        .from(stateHistory)
        .where(and(eq(stateHistory.scope, scope), eq(stateHistory.key, key)))
        .orderBy(desc(query`rowid`))
        .limit(limit),
    async delete(scope, key) {
      const [result] = await database.write([db.delete(state).where(at(scope, key))]);
      return (result?.rowsAffected ?? 0) > 0;
    },
  };
}

type Values = (string | number | null)[];

const WRITTEN = "version = version + 1, updated_at = excluded.updated_at, writer = excluded.writer";
const RETURNING = "RETURNING scope, key, value, version, updated_at, writer";

function toEntry(row: Row | undefined): StateEntry {
  if (row === undefined) throw new Error("a write of the state told nothing");
  return {
    scope: String(row.scope),
    key: String(row.key),
    value: JSON.parse(String(row.value)) as Json,
    version: Number(row.version),
    updatedAt: Number(row.updated_at),
    writer: String(row.writer),
  };
}

function setStatement(args: Values): InStatement {
  return {
    sql: `INSERT INTO state (scope, key, value, version, updated_at, writer) SELECT ?1, ?2, ?3, 1, ?4, ?5
          WHERE ?6 IS NULL OR coalesce((SELECT version FROM state WHERE scope = ?1 AND key = ?2), 0) = ?6
          ON CONFLICT (scope, key) DO UPDATE SET value = excluded.value, ${WRITTEN} ${RETURNING}`,
    args,
  };
}

/** One statement, so that nobody's addition is lost. */
function incrementStatement(args: Values): InStatement {
  return {
    sql: `INSERT INTO state (scope, key, value, version, updated_at, writer) SELECT ?1, ?2, json_quote(?3), 1, ?4, ?5 WHERE true
          ON CONFLICT (scope, key) DO UPDATE SET value = json_quote(json_extract(value, '$') + ?3), ${WRITTEN}
          WHERE json_type(value) IN ('integer', 'real') ${RETURNING}`,
    args,
  };
}

function mergeStatement(args: Values): InStatement {
  return {
    sql: `INSERT INTO state (scope, key, value, version, updated_at, writer) SELECT ?1, ?2, json_patch('{}', ?3), 1, ?4, ?5 WHERE true
          ON CONFLICT (scope, key) DO UPDATE SET value = json_patch(value, ?3), ${WRITTEN}
          WHERE json_type(value) = 'object' ${RETURNING}`,
    args,
  };
}

function notA(what: string, key: string): UltravisorError {
  return new UltravisorError(
    "conflict",
    `state ${JSON.stringify(key)}: expected its value to be a ${what}, or the key not to exist; set it first`,
  );
}

function conflict(key: string, expected: number, current: StateEntry | null): UltravisorError {
  const has = current === null ? "it does not exist" : `it is at version ${current.version}`;
  return new UltravisorError(
    "conflict",
    `state ${JSON.stringify(key)}: expected version ${expected}, but ${has}; read it again and repeat`,
  );
}
