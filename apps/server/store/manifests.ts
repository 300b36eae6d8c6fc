/** Which blob of the file store is the manifest of a run. */
import { eq } from "drizzle-orm";
import type { ManifestStore } from "../core/engine-stores.ts";
import type { Database } from "./database.ts";
import { manifests } from "./schema/index.ts";

export function createManifestStore(database: Database): ManifestStore {
  return {
    async get(runId) {
      const [row] = await database.db.select().from(manifests).where(eq(manifests.runId, runId)).limit(1);
      return row ?? null;
    },
    async keep(runId, { sha256, size }, now) {
      // A run that was deleted meanwhile needs none.
      await database.write([
        {
          sql: `INSERT INTO manifests (run_id, sha256, size, written_at) SELECT id, ?2, ?3, ?4 FROM runs WHERE id = ?1
                ON CONFLICT (run_id) DO UPDATE SET sha256 = excluded.sha256, size = excluded.size, written_at = excluded.written_at`,
          args: [runId, sha256, size, now],
        },
      ]);
    },
  };
}
