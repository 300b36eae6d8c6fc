import { describe, expect, it } from "vitest";
import type { SqlAnswer, SqlQuestion } from "../../../apps/server/core/sql.ts";
import { SQL_VIEWS } from "../../../apps/server/store/sql-tables.ts";
import { saveRecords } from "../../support/records.ts";
import { draftRun, makeStore, type TestStore } from "../../support/store.ts";

function ask(store: TestStore, sql: string, more: Partial<SqlQuestion> = {}): Promise<SqlAnswer> {
  return store.sql.ask({ sql, parameters: [], limit: 100, timeout: 20_000, ...more });
}

async function storeWithRun(): Promise<TestStore> {
  const store = await makeStore();
  await saveRecords(store, "run-1", [{ collection: "items", key: "a", data: { price: 5, tags: ["x", "y"] } }], 1_500);
  await saveRecords(store, "run-2", [{ collection: "items", key: "a", data: { price: 7, tags: [] } }], 2_500);
  await store.state.set("global", "answer", { of: 42 }, "api");
  return store;
}

describe("A question in SQL", () => {
  it.each([
    [
      "SELECT id, state, started_at FROM runs ORDER BY id LIMIT 1",
      [],
      [["run-1", "succeeded", "1970-01-01T00:00:01.500Z"]],
    ],
    ["SELECT count(*), max(attempt) FROM task_runs WHERE run_id = ?", ["run-2"], [[1, 1]]],
    ["SELECT data->>'price' AS price, version FROM records WHERE key = :key", { key: "a" }, [[7, 2]]],
    ["SELECT v.data->>'price' FROM record_versions v JOIN records r ON r.id = v.record_id", [], [[5]]],
    ["SELECT t.value FROM record_versions, json_each(data, '$.tags') t", [], [["x"], ["y"]]],
    ["SELECT value->>'of' FROM state WHERE key = 'answer'; -- done", [], [[42]]],
    [
      "WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 3) SELECT i FROM n",
      [],
      [[1], [2], [3]],
    ],
    ["WITH a AS MATERIALIZED (SELECT id FROM runs) SELECT count(*) FROM a", [], [[2]]],
    [
      "SELECT ?, ?, ?, 9007199254740993, 9e999, x'00ff'",
      [true, null, [1]],
      [[1, null, "[1]", "9007199254740993", "Infinity", "00ff"]],
    ],
  ])("such as %s is answered", async (sql, parameters, rows) => {
    const store = await storeWithRun();
    expect((await ask(store, sql, { parameters })).rows).toEqual(rows);
  });

  it("names the columns, and says when there are more rows than asked for", async () => {
    const store = await storeWithRun();
    const answer = await ask(store, "SELECT id AS run, 1 AS one, 1 AS one FROM runs", { limit: 1 });
    expect(answer).toMatchObject({ columns: ["run", "one", "one"], truncated: true, rows: [["run-1", 1, 1]] });
  });

  it.each([
    ["SELECT * FROM sessions", "prohibited"],
    ["SELECT count(*) FROM sessions", "authorized"],
    ["SELECT * FROM main.runs", "prohibited"],
    ["SELECT idempotency_key FROM runs", "no such column"],
    ["SELECT sql FROM sqlite_schema", "prohibited"],
    ["SELECT * FROM pragma_database_list", "prohibited"],
    ["SELECT (SELECT hash FROM main.sessions)", "prohibited"],
    ["DELETE FROM runs", ""],
    ["DELETE FROM main.runs", ""],
    ["CREATE TABLE x (y)", "authorized"],
    ["CREATE TEMP VIEW x AS SELECT 1", "authorized"],
    ["INSERT INTO main.state SELECT * FROM state", "authorized"],
    ["PRAGMA journal_mode = DELETE", "authorized"],
    ["ATTACH '/tmp/other.db' AS other", "authorized"],
    ["VACUUM INTO '/tmp/copy.db'", ""],
    ["BEGIN", "authorized"],
    ["SELECT load_extension('/tmp/x.so')", "authorized"],
    ["SELECT 1; DROP TABLE runs", "one statement"],
    ["", ""],
    ["SELEC 1", "syntax error"],
    ["SELECT zeroblob(900000000)", "too big"],
  ])("such as %s is refused", async (sql, words) => {
    const store = await storeWithRun();
    await expect(ask(store, sql)).rejects.toMatchObject({
      code: "invalid_query",
      message: expect.stringContaining(words),
    });
  });

  it("that does not end is stopped, and the server goes on writing meanwhile and afterwards", async () => {
    const store = await storeWithRun();
    const endless = ask(
      store,
      "WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n",
      {
        timeout: 1500,
      },
    );
    await store.transitions.create(draftRun("run-3"), 3);
    await expect(endless).rejects.toMatchObject({ code: "query_too_slow" });
    await store.transitions.create(draftRun("run-4"), 4);
    expect((await ask(store, "SELECT count(*) FROM runs")).rows).toEqual([[4]]);
  });

  it("sees one moment, whatever is written while it is answered", async () => {
    const store = await storeWithRun();
    const sql = "SELECT (SELECT count(*) FROM runs), count(*) FROM runs r, runs s, runs t";
    const answers = Array.from({ length: 3 }, () => ask(store, sql));
    for (let n = 3; n < 60; n++) await store.transitions.create(draftRun(`run-${n}`), n);
    for (const { rows } of await Promise.all(answers)) expect(rows[0]?.[1]).toBe(Number(rows[0]?.[0]) ** 3);
  });
});

describe("Every table of SQL", () => {
  it.each(SQL_VIEWS.map(({ name }) => name))("%s can be read whole", async (name) => {
    const store = await storeWithRun();
    const { columns } = await ask(store, `SELECT * FROM ${name}`);
    expect(columns).toEqual(store.sql.tables.find((table) => table.name === name)?.columns);
  });
});
