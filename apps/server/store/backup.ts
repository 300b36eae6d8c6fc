/** Backups of the record database: `VACUUM INTO` copies a consistent moment through the one connection, and defragments on the way. */
import { mkdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { UltravisorError } from "../core/errors.ts";
import type { BackupStore, Clock } from "../core/ports.ts";
import { touchPrivate } from "./data-folder.ts";
import type { Database } from "./database.ts";

/** @param folder where backups go; made when the first one is */
export function createBackupStore(database: Database, folder: string | null, now: Clock): BackupStore {
  return {
    async create() {
      if (folder === null)
        throw new UltravisorError("conflict", "the record database is on a server of its own; back it up there");
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      const path = join(folder, `ultravisor-${new Date(now()).toISOString().replaceAll(/[:.]/g, "-")}.db`);
      // SQLite writes into an empty file that is there, and so keeps its mode.
      touchPrivate(path);
      await database.read("VACUUM INTO ?", [path]);
      return { path, size: statSync(path).size };
    },
  };
}
