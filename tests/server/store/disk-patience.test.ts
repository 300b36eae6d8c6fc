import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { patientDisk } from "../../../apps/server/store/disk-patience.ts";
import { createLocalClient, type LocalClient } from "../../../apps/server/store/local-client.ts";
import { LogLostError } from "../../../apps/server/store/log-rescue.ts";
import { SILENT } from "../../support/engine.ts";

const FULL = Object.assign(new Error("no space left on device"), { code: "ENOSPC" });

/** A database whose disk fails so often when it is to take the log again. */
async function failing(errors: Error[]) {
  const folder = mkdtempSync(join(tmpdir(), "ultravisor-disk-"));
  const client = createLocalClient(`file:${join(folder, "test.db")}`, 50);
  onTestFinished(() => {
    client.close();
    rmSync(folder, { recursive: true, force: true });
  });
  await client.execute("CREATE TABLE t (a TEXT)");
  const regain = client.regainDisk.bind(client);
  const failingClient: LocalClient = Object.assign(client, {
    reachDisk: () => Promise.reject(FULL),
    regainDisk: () => Promise.resolve(errors.shift()).then((error) => (error ? Promise.reject(error) : regain())),
  });
  const seen = { waits: [] as number[], faults: [] as (string | null)[], lost: [] as Error[] };
  const wait = async (ms: number): Promise<void> => {
    seen.waits.push(ms);
    seen.faults.push(disk.fault);
  };
  const disk = patientDisk(failingClient, { log: SILENT, lost: (error) => void seen.lost.push(error), wait });
  const refused = await disk.reach().catch((error: unknown) => error);
  expect(refused).toMatchObject({ code: "disk_full" });
  return { client, disk, refused, seen };
}

test("A disk that refuses is waited for, longer each time, and the owner is told until it takes everything", async () => {
  const { disk, refused, seen } = await failing([FULL, FULL, FULL]);
  await disk.regain(refused);
  expect(seen).toMatchObject({ waits: [500, 1000, 2000], lost: [] });
  expect(seen.faults[0]).toMatch(/did not take what was written to it \(ENOSPC\).*Free some room/);
  expect(disk.fault).toBeNull();
});

test("What a disk has lost is not waited for: whoever started the server is told", async () => {
  const gone = new LogLostError("gone");
  const { disk, refused, seen } = await failing([FULL, gone]);
  await expect(disk.regain(refused)).rejects.toBe(gone);
  expect(seen).toMatchObject({ waits: [500], lost: [gone] });
});

test("A database that is closed waits for no disk", async () => {
  const { client, disk, refused } = await failing([FULL]);
  client.close();
  await expect(disk.regain(refused)).rejects.toBe(refused);
});
