import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { createLocalClient, type LocalClient } from "../../../apps/server/store/local-client.ts";
import { LogLostError } from "../../../apps/server/store/log-rescue.ts";

async function open(): Promise<{ client: LocalClient; url: string }> {
  const folder = mkdtempSync(join(tmpdir(), "ultravisor-client-"));
  const url = `file:${join(folder, "test.db")}`;
  const client = createLocalClient(url, 50);
  onTestFinished(() => {
    client.close();
    rmSync(folder, { recursive: true, force: true });
  });
  await client.execute("CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT CHECK (b <> 'no'))");
  return { client, url };
}

test("Rows are read by place and by name; of two columns of one name the first counts", async () => {
  const { client } = await open();
  const { rows, columns } = await client.execute({ sql: "SELECT ? AS a, ? AS b, ? AS a", args: [1, "x", 2] });
  expect(columns).toEqual(["a", "b", "a"]);
  expect([rows[0]?.[2], rows[0]?.a, rows[0]?.b]).toEqual([2, 1, "x"]);
});

test("A batch commits whole or not at all, and says what was refused", async () => {
  const { client } = await open();
  const refused = client.batch(["INSERT INTO t VALUES (1, 'yes')", "INSERT INTO t VALUES (2, 'no')"]);
  await expect(refused).rejects.toMatchObject({ code: "SQLITE_CONSTRAINT", extendedCode: "SQLITE_CONSTRAINT_CHECK" });
  expect((await client.execute("SELECT count(*) AS n FROM t")).rows[0]?.n).toBe(0);
  expect((await client.batch(["INSERT INTO t VALUES (1, 'yes')"]))[0]?.rowsAffected).toBe(1);
});

test("Statements are kept, and more of them than fit do no harm", async () => {
  const { client } = await open();
  for (let n = 0; n < 1200; n++) await client.execute({ sql: `SELECT ${n} AS n, ? AS x`, args: [n] });
  expect((await client.execute({ sql: "SELECT 7 AS n, ? AS x", args: [8] })).rows[0]).toMatchObject({ n: 7, x: 8 });
});

test("A commit leaves the wait for the disk to whoever needs it, who is told when everything before is there", async () => {
  const { client } = await open();
  expect((await client.execute("PRAGMA synchronous")).rows[0]?.synchronous).toBe(1);
  await client.batch(["INSERT INTO t VALUES (1, 'a')"]);
  const reached = [client.reachDisk(), client.reachDisk()];
  await client.batch(["INSERT INTO t VALUES (2, 'b')"]);
  await Promise.all(reached);
  await client.reachDisk();
  expect((await client.execute("SELECT count(*) AS n FROM t")).rows[0]?.n).toBe(2);
});

test("A large transaction lets the process go on, and nobody sees the half of it", async () => {
  const { client } = await open();
  // Each takes some 10 ms; the first turn of the event loop comes long before the last.
  const many = `INSERT INTO t WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 30000) SELECT NULL, 'x' FROM n`;
  const inserted = client.batch(Array.from({ length: 20 }, () => many));
  let isOver = false;
  void inserted.then(() => {
    isOver = true;
  });
  await turn();
  expect(isOver).toBe(false);
  const seen = client.execute("SELECT count(*) AS n FROM t");
  await inserted;
  expect((await seen).rows[0]?.n).toBe(600_000);
});

test("A transaction that is under way when the database is closed is undone", async () => {
  const { client, url } = await open();
  const many = `INSERT INTO t WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 30000) SELECT NULL, 'x' FROM n`;
  const inserted = client.batch(Array.from({ length: 20 }, () => many));
  await turn();
  client.close();
  await expect(inserted).rejects.toThrow();
  const next = createLocalClient(url, 50);
  expect((await next.execute("SELECT count(*) AS n FROM t")).rows[0]?.n).toBe(0);
  next.close();
});

test("Nobody else can open the file meanwhile, and anybody can afterwards", async () => {
  const { client, url } = await open();
  expect(() => createLocalClient(url, 50)).toThrow(/locked/);
  client.close();
  const next = createLocalClient(url, 50);
  expect((await next.execute("SELECT count(*) AS n FROM t")).rows[0]?.n).toBe(0);
  next.close();
});

test("A connection that is thrown away is replaced by a fresh one on the same file", async () => {
  const { client } = await open();
  await client.execute("INSERT INTO t VALUES (1, 'kept')");
  const reached = client.reachDisk();
  await client.reconnect();
  await reached;
  await client.reachDisk();
  expect((await client.execute("SELECT b FROM t")).rows[0]?.b).toBe("kept");
});

test("What cannot be stored is refused before it reaches the database", async () => {
  const { client } = await open();
  await expect(client.execute({ sql: "SELECT ?", args: [undefined as never] })).rejects.toThrow(/give null/);
  await expect(client.transaction()).rejects.toThrow(/batch with a fence/);
});

test("Nothing is committed, nor folded into the file, from a disk that failed until it has taken everything", async () => {
  const { client, url } = await open();
  await client.batch(["INSERT INTO t VALUES (1, 'a')"]);
  const log = `${url.slice("file:".length)}-wal`;
  const whole = readFileSync(log);
  writeFileSync(log, whole.fill(0, 0, 32));
  await expect(client.regainDisk()).rejects.toBeInstanceOf(LogLostError);
  await expect(client.batch(["INSERT INTO t VALUES (2, 'b')"])).rejects.toMatchObject({ code: "SQLITE_IOERR" });
  await expect(client.withFileAtRest(async () => 1)).rejects.toMatchObject({ code: "SQLITE_IOERR" });
  await expect(client.reachDisk()).rejects.toMatchObject({ code: "SQLITE_IOERR" });
});

test("A disk that has taken everything after all is written to as before", async () => {
  const { client } = await open();
  await client.batch(["INSERT INTO t VALUES (1, 'a')"]);
  await client.reachDisk();
  await client.regainDisk();
  await client.batch(["INSERT INTO t VALUES (2, 'b')"]);
  await client.reachDisk();
  expect((await client.execute("SELECT count(*) AS n FROM t")).rows[0]?.n).toBe(2);
  expect((await client.execute("PRAGMA wal_autocheckpoint")).rows[0]?.wal_autocheckpoint).toBe(4000);
});
