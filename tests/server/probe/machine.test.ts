import { statfsSync } from "node:fs";
import { tmpdir, totalmem } from "node:os";
import { expect, test } from "vitest";
import { lookAtDisk, lookAtMemory } from "../../../apps/server/probe/machine.ts";

const numberOf = (finding: object): number => ("value" in finding ? Number(finding.value) : Number.NaN);

test("Free disk space is what an ordinary user may still fill", async () => {
  const path = tmpdir();
  const { bavail, blocks, bsize } = statfsSync(path);
  const bytes = numberOf(await lookAtDisk({ kind: "disk", path, unit: "bytes" }));
  expect(Math.abs(bytes - bavail * bsize)).toBeLessThan(1e9);
  const percent = numberOf(await lookAtDisk({ kind: "disk", path, unit: "percent" }));
  expect(Math.abs(percent - (bavail / blocks) * 100)).toBeLessThan(1);
});

test("A path that is not there has no free space", async () => {
  await expect(lookAtDisk({ kind: "disk", path: "/nowhere", unit: "bytes" })).rejects.toThrow(/ENOENT/);
});

test("Free and used memory make up the whole", () => {
  const look = (of: "free" | "used", unit: "bytes" | "percent") => numberOf(lookAtMemory({ kind: "memory", of, unit }));
  expect(look("free", "bytes")).toBeGreaterThan(0);
  expect(look("free", "bytes")).toBeLessThanOrEqual(totalmem());
  expect(Math.abs(look("free", "percent") + look("used", "percent") - 100)).toBeLessThan(5);
});
