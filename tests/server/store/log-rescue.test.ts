/** A disk that forgets what it was given cannot be had in a test; a file whose bytes were changed behind SQLite's back is the same to a reader. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { createLocalClient, type LocalClient } from "../../../apps/server/store/local-client.ts";
import { LogLostError, readMarkedLog, writeLogAgain } from "../../../apps/server/store/log-rescue.ts";

async function open(): Promise<{ client: LocalClient; log: string; commit: (text: string) => Promise<unknown> }> {
  const folder = mkdtempSync(join(tmpdir(), "ultravisor-log-"));
  const client = createLocalClient(`file:${join(folder, "test.db")}`, 50);
  onTestFinished(() => {
    client.close();
    rmSync(folder, { recursive: true, force: true });
  });
  await client.execute("CREATE TABLE t (a TEXT)");
  const commit = (text: string) => client.batch([{ sql: "INSERT INTO t VALUES (?)", args: [text] }]);
  return { client, log: join(folder, "test.db-wal"), commit };
}

test("A log that ends with its mark is whole, whatever lies behind from before", async () => {
  const { client, log, commit } = await open();
  for (const text of ["a".repeat(9000), "b", "c"]) await commit(text);
  await client.execute("PRAGMA wal_checkpoint(RESTART)");
  await commit("d");
  await client.execute("PRAGMA user_version = 77");
  const whole = readMarkedLog(log, 77);
  expect(whole.length).toBeLessThan(readFileSync(log).length);
  expect(whole.includes("d")).toBe(true);
  expect(() => readMarkedLog(log, 78)).toThrow(LogLostError);
});

test.each([
  ["a changed byte", (log: Buffer) => log.fill("x", 5000, 5001)],
  ["a page of zeros", (log: Buffer) => log.fill(0, 4096, 8192)],
  ["an end that is missing", (log: Buffer) => log.subarray(0, log.length - 1)],
  ["nothing", () => Buffer.alloc(0)],
])("A log with %s is lost", async (_what, damage) => {
  const { client, log, commit } = await open();
  for (const text of ["a".repeat(9000), "b"]) await commit(text);
  await client.execute("PRAGMA user_version = 77");
  const bytes = readFileSync(log);
  writeFileSync(log, damage(Buffer.from(bytes)));
  expect(() => readMarkedLog(log, 77)).toThrow(LogLostError);
  writeFileSync(log, bytes);
});

test("What was rescued is written over what the system shows since, and the database goes on from there", async () => {
  const { client, log, commit } = await open();
  await commit("a");
  await client.execute("PRAGMA user_version = 77");
  const whole = readMarkedLog(log, 77);
  writeFileSync(log, Buffer.alloc(whole.length));
  await writeLogAgain(log, whole);
  await commit("b");
  await client.reconnect();
  expect((await client.execute("SELECT a FROM t")).rows.map(({ a }) => a)).toEqual(["a", "b"]);
});
