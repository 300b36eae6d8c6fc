import { copyFileSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openDatabase } from "../../../apps/server/store/database.ts";
import { createLocalClient } from "../../../apps/server/store/local-client.ts";
import { makeFolder } from "../../support/server.ts";

async function madeDatabase(): Promise<string> {
  const path = join(makeFolder(), "with space.db");
  const database = await openDatabase({ url: `file:${path}` });
  database.close();
  const client = createLocalClient(`file:${path}`, 500);
  await client.executeMultiple("PRAGMA wal_checkpoint(TRUNCATE)");
  client.close();
  return path;
}

const opened = (path: string): Promise<unknown> => openDatabase({ url: `file:${path}` });

describe("The record database", () => {
  test("is refused, named and left as it is when pages in its middle are damaged", async () => {
    const path = await madeDatabase();
    const bytes = readFileSync(path);
    bytes.fill(0xa5, 40_960, 45_056);
    writeFileSync(path, bytes);
    await expect(opened(path)).rejects.toThrow(
      /^the database .+with space\.db cannot be used: .+ It was left as it is\. Put a backup in its place/s,
    );
    expect(readFileSync(path).equals(bytes)).toBe(true);
  });

  test("is refused when it is none", async () => {
    const path = join(makeFolder(), "ultravisor.db");
    writeFileSync(path, "a letter to my aunt ".repeat(100));
    await expect(opened(path)).rejects.toThrow(/cannot be used: .*file is not a database/);
  });

  test("is refused when a newer version wrote it, and a copy of it goes on where it was", async () => {
    const path = await madeDatabase();
    copyFileSync(path, `${path}.older`);
    const client = createLocalClient(`file:${path}`, 500);
    await client.execute("INSERT INTO __drizzle_migrations (hash, created_at) VALUES ('newer', 99999999999999)");
    client.close();
    await expect(opened(path)).rejects.toThrow(/was written by a newer version of Ultravisor/);
    await expect(opened(`${path}.older`)).resolves.toBeDefined();
    expect(statSync(`${path}.older`).size).toBeGreaterThan(0);
  });
});
