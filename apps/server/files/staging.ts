/** Staging: one temporary folder per run, made when first asked for and removed whole. */
import { existsSync } from "node:fs";
import { mkdir, rm, rmdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { StagingStore } from "../core/files.ts";

const RUN_ID = /^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/;

/** Staging folders directly below `folder`, named by run id. */
export function createStagingStore(folder: string): StagingStore {
  const pathOf = (runId: string): string => join(resolve(folder), checked(runId));
  return {
    path: pathOf,
    async folder(runId) {
      const path = pathOf(runId);
      await mkdir(path, { recursive: true, mode: 0o700 });
      return path;
    },
    async remove(runId) {
      // Most were never made. Asked at once: to hand so quick a question to a thread costs more than the answer.
      if (!existsSync(pathOf(runId)) || (await isGoneWhenEmpty(pathOf(runId)))) return;
      // Retries cover a process of the run that is still being ended and writes one more file meanwhile.
      await rm(pathOf(runId), { recursive: true, force: true, maxRetries: 3, retryDelay: 100 });
    },
  };
}

/** Many are empty: one question to the file system then. */
function isGoneWhenEmpty(path: string): Promise<boolean> {
  return rmdir(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => error.code === "ENOENT",
  );
}

function checked(runId: string): string {
  if (RUN_ID.test(runId)) return runId;
  throw new TypeError(`Expected a run id of letters, digits, "-" and "_", got ${JSON.stringify(runId)}.`);
}
