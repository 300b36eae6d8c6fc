import { mkdtemp, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { lookAtFile } from "../../../apps/server/probe/file.ts";

async function folder(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), "ultravisor-probe-"));
  onTestFinished(() => rm(made, { recursive: true, force: true }));
  return made;
}
const look = (path: string, fact: "exists" | "version" | "age" | "size") => lookAtFile({ kind: "file", path, fact });

test("A file is there or not, also behind something that is no folder", async () => {
  const file = join(await folder(), "a");
  expect(await look(file, "exists")).toEqual({ value: false });
  await writeFile(file, "x");
  expect(await look(file, "exists")).toEqual({ value: true });
  expect(await look(join(file, "b"), "exists")).toEqual({ value: false });
});

test("A pattern is there as soon as one file fits it", async () => {
  const made = await folder();
  expect(await look(join(made, "*.mkv"), "exists")).toEqual({ value: false });
  await writeFile(join(made, "film.mkv"), "x");
  expect(await look(join(made, "*.mkv"), "exists")).toEqual({ value: true });
});

test("The version of files changes when one is written, added or removed, and not otherwise", async () => {
  const made = await folder();
  const versions = [await look(join(made, "*"), "version")];
  for (const [name, text] of [
    ["a", "1"],
    ["a", "22"],
    ["b", "1"],
  ] as const) {
    await writeFile(join(made, name), text);
    versions.push(await look(join(made, "*"), "version"));
  }
  expect(versions[0]).toEqual({ value: null });
  expect(new Set(versions.map((finding) => JSON.stringify(finding))).size).toBe(4);
  expect(await look(join(made, "*"), "version")).toEqual(versions[3]);
});

test("The oldest and the largest of several files count", async () => {
  const made = await folder();
  await writeFile(join(made, "old"), "1234");
  await writeFile(join(made, "new"), "1");
  const anHourAgo = Date.now() / 1000 - 3600;
  await utimes(join(made, "old"), anHourAgo, anHourAgo);
  const age = await look(join(made, "*"), "age");
  expect("value" in age ? age.value : 0).toBeGreaterThanOrEqual(3_599_000);
  expect(await look(join(made, "*"), "size")).toEqual({ value: 4 });
});

test("What is not there has no age", async () => {
  expect(await look("/nowhere/a", "age")).toEqual({ problem: "there is no /nowhere/a" });
});
