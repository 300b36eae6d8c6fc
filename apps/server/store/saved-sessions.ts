/** Saved sessions: the latest of each name, sealed. They are written with the end of the attempt that made them. */
import type { InStatement } from "@libsql/client";
import { asc, eq } from "drizzle-orm";
import { jsonText } from "../core/json.ts";
import type { SavedSessionStore, SealedSession } from "../core/saved-session.ts";
import type { Database } from "./database.ts";
import { savedSessions } from "./schema/index.ts";

export function createSavedSessionStore({ db, write }: Pick<Database, "db" | "write">): SavedSessionStore {
  return {
    list: () =>
      db
        .select({ name: savedSessions.name, domains: savedSessions.domains, updatedAt: savedSessions.updatedAt })
        .from(savedSessions)
        .orderBy(asc(savedSessions.name)),
    async read(name) {
      const [row] = await db
        .select({ sealed: savedSessions.sealed })
        .from(savedSessions)
        .where(eq(savedSessions.name, name))
        .limit(1);
      return row?.sealed ?? null;
    },
    async delete(name) {
      const [result] = await write([db.delete(savedSessions).where(eq(savedSessions.name, name))]);
      return (result?.rowsAffected ?? 0) > 0;
    },
  };
}

/** Of several attempts that use one session at once, the one that ends last is kept. */
export function saveSession({ name, sealed, domains }: SealedSession, now: number): InStatement {
  return {
    sql: `INSERT INTO saved_sessions (name, sealed, domains, updated_at) VALUES (?1, ?2, ?3, ?4)
          ON CONFLICT (name) DO UPDATE SET sealed = excluded.sealed, domains = excluded.domains, updated_at = excluded.updated_at`,
    args: [name, sealed, jsonText([...domains]), now],
  };
}
