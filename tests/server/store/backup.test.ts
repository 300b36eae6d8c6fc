import { statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createBackupStore } from "../../../apps/server/store/backup.ts";
import { openStore } from "../../../apps/server/store/index.ts";
import { draftRun, makeStore } from "../../support/store.ts";

test("A backup opens by itself and holds what was there at that moment, for its owner only", async () => {
  const store = await makeStore();
  await store.transitions.create(draftRun("before"), store.time);
  const backup = await createBackupStore(store.database, join(store.folder, "backups"), () => store.time).create();
  await store.transitions.create(draftRun("after"), store.time);
  expect(statSync(backup.path)).toMatchObject({ size: backup.size });
  expect(statSync(backup.path).mode & 0o077).toBe(0);
  const copy = await openStore({
    url: `file:${backup.path}`,
    node: "node-a",
    boot: "b",
    clock: () => 0,
    newId: store.newId,
  });
  expect((await copy.runs.list({})).items.map((run) => run.id)).toEqual(["before"]);
  copy.close();
});

test("A backup of a database on another server is refused, saying where to make it", async () => {
  const store = await makeStore();
  await expect(createBackupStore(store.database, null, () => 0).create()).rejects.toThrow(/back it up there/);
});
