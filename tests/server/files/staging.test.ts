import { access, mkdtemp, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { isAbsolute, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createStagingStore } from "../../../apps/server/files/staging.ts";

describe("the staging store", () => {
  let root: string;

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), "ultravisor-staging-"));
  });

  afterEach(() => rm(root, { recursive: true, force: true }));

  test("makes a run's folder once and gives the same absolute path again", async () => {
    const staging = createStagingStore(join(root, "staging"));
    const folder = await staging.folder("0198-run");
    expect(isAbsolute(folder)).toBe(true);
    await writeFile(join(folder, "note.txt"), "kept");
    expect(await staging.folder("0198-run")).toBe(folder);
    expect(await readdir(folder)).toEqual(["note.txt"]);
  });

  test("removes a run's folder with all that is in it, and nothing that a link in it points to", async () => {
    const staging = createStagingStore(join(root, "staging"));
    const outside = join(root, "outside.txt");
    await writeFile(outside, "stays");
    const folder = await staging.folder("run");
    await symlink(outside, join(folder, "link"));
    await staging.remove("run");
    await expect(access(folder)).rejects.toThrow("ENOENT");
    await access(outside);
  });

  test("does not mind removing what is not there", async () => {
    await createStagingStore(root).remove("never-made");
  });

  test.each(["", "..", "a/b", "../up", "a\0b", "x".repeat(101)])("refuses the run id %j", async (runId) => {
    await expect(createStagingStore(root).folder(runId)).rejects.toThrow("Expected a run id");
  });
});
