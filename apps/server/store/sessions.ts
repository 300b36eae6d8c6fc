/** Signed-in browsers. Only a hash is kept, so a copy of the database signs nobody in. */
import { createHash, randomBytes } from "node:crypto";
import { and, eq, gt, lte } from "drizzle-orm";
import type { Clock, SessionStore } from "../core/ports.ts";
import type { Database } from "./database.ts";
import { sessions } from "./schema/index.ts";

export function createSessionStore(database: Database, now: Clock): SessionStore {
  const { db } = database;
  return {
    async create(expiresAt) {
      const id = randomBytes(32).toString("base64url");
      await database.write([
        db.delete(sessions).where(lte(sessions.expiresAt, now())),
        db.insert(sessions).values({ hash: hash(id), expiresAt }),
      ]);
      return id;
    },
    async isValid(id) {
      const rows = await db
        .select()
        .from(sessions)
        .where(and(eq(sessions.hash, hash(id)), gt(sessions.expiresAt, now())))
        .limit(1);
      return rows.length > 0;
    },
    async remove(id) {
      await database.write([db.delete(sessions).where(eq(sessions.hash, hash(id)))]);
    },
  };
}

function hash(id: string): string {
  return createHash("sha256").update(id).digest("hex");
}
