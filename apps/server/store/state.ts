/** Global and node state: the latest JSON value of each key, with version, time and writer. */
import { and, asc, eq } from "drizzle-orm";
import type { StateEntry } from "../core/entities.ts";
import { UltravisorError } from "../core/errors.ts";
import { jsonText } from "../core/json.ts";
import type { Clock, StateStore } from "../core/ports.ts";
import { type Database, FENCE, FenceError } from "./database.ts";
import { state } from "./schema/index.ts";

export function createStateStore(database: Database, now: Clock): StateStore {
  const { db } = database;
  const at = (scope: string, key: string) => and(eq(state.scope, scope), eq(state.key, key));
  async function get(scope: string, key: string): Promise<StateEntry | null> {
    const [row] = await db.select().from(state).where(at(scope, key)).limit(1);
    return row ?? null;
  }
  return {
    list: (scope) => db.select().from(state).where(eq(state.scope, scope)).orderBy(asc(state.key)),
    get,
    async set(scope, key, value, writer, version) {
      const text = jsonText(value);
      const upsert = {
        sql: `INSERT INTO state (scope, key, value, version, updated_at, writer) SELECT ?1, ?2, ?3, 1, ?4, ?5
              WHERE ?6 IS NULL OR coalesce((SELECT version FROM state WHERE scope = ?1 AND key = ?2), 0) = ?6
              ON CONFLICT (scope, key) DO UPDATE SET value = excluded.value, version = version + 1, updated_at = excluded.updated_at, writer = excluded.writer`,
        args: [scope, key, text, now(), writer, version ?? null],
      };
      try {
        await database.write([upsert, FENCE]);
      } catch (error) {
        if (error instanceof FenceError) throw await conflict(key, version ?? 0, await get(scope, key));
        throw error;
      }
      const entry = await get(scope, key);
      if (entry === null) throw new Error(`state ${key} is gone right after it was written`);
      return entry;
    },
    async delete(scope, key) {
      const [result] = await database.write([db.delete(state).where(at(scope, key))]);
      return (result?.rowsAffected ?? 0) > 0;
    },
  };
}

async function conflict(key: string, expected: number, current: StateEntry | null): Promise<UltravisorError> {
  const has = current === null ? "it does not exist" : `it is at version ${current.version}`;
  return new UltravisorError(
    "conflict",
    `state ${JSON.stringify(key)}: expected version ${expected}, but ${has}; read it again and repeat`,
  );
}
