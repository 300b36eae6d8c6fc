import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { drizzle } from "drizzle-orm/libsql";
import { migrate } from "drizzle-orm/libsql/migrator";
import { expect, test } from "vitest";
import { openDatabase } from "../../../apps/server/store/database.ts";
import { createLocalClient } from "../../../apps/server/store/local-client.ts";
import { makeFolder } from "../../support/server.ts";

/** The migrations up to one, as an older version of the server had them. */
function migrationsUpTo(last: number, folder: string): string {
  cpSync("drizzle", folder, { recursive: true });
  const journal = join(folder, "meta", "_journal.json");
  const { entries, ...rest } = JSON.parse(readFileSync(journal, "utf8")) as { entries: { idx: number }[] };
  writeFileSync(journal, JSON.stringify({ ...rest, entries: entries.filter((entry) => entry.idx <= last) }));
  return folder;
}

test("A database of the first release keeps its runs, their task runs, attempts and counters through every migration", async () => {
  const folder = makeFolder();
  mkdirSync(join(folder, "old"));
  const url = `file:${join(folder, "old.db")}`;
  const old = createLocalClient(url, 500);
  await migrate(drizzle(old), { migrationsFolder: migrationsUpTo(1, join(folder, "old")) });
  await old.executeMultiple(`
    INSERT INTO specs (id, spec) VALUES ('s', '{}');
    INSERT INTO runs (id, name, kind, state, reason, trigger_kind, input, report, created_at) VALUES ('r', 'o', 'operation', 'queued', 'created', 'manual', '{}', '{}', 1);
    INSERT INTO task_runs (id, run_id, task, key, root_id, depth, kind, spec_id, state, reason, attempt, failures, interruptions, available_at, created_at, input)
      VALUES ('t', 'r', 'a', '', 't', 0, 'shell', 's', 'queued', 'created', 0, 0, 0, 1, 1, '{}');
    INSERT INTO attempts (task_run_id, number, state, reason, node, started_at, finished_at) VALUES ('t', 1, 'failed', 'exit_code', 'n', 1, 2);`);
  old.close();

  const database = await openDatabase({ url });
  await database.write(["UPDATE task_runs SET state = 'running', boot = 'b', node = 'n', attempt = 1 WHERE id = 't'"]);
  const { rows } = await database.read(
    "SELECT name, queued, running, depth, (SELECT count(*) FROM task_runs WHERE run_id = runs.id) AS tasks, (SELECT reason FROM attempts) AS attempt FROM runs",
    [],
  );
  expect(rows[0]).toMatchObject({ name: "o", queued: 0, running: 1, depth: 0, tasks: 1, attempt: "exit_code" });
  await database.write(["UPDATE runs SET trigger_kind = 'task' WHERE id = 'r'", "DELETE FROM runs WHERE id = 'r'"]);
  expect((await database.read("SELECT id FROM task_runs UNION ALL SELECT task_run_id FROM attempts", [])).rows).toEqual(
    [],
  );
  database.close();
});
