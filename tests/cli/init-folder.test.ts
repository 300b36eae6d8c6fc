import { execFileSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { initTasksFolder } from "../../apps/cli/init-folder.ts";
import { createCatalog } from "../../apps/server/loader/catalog.ts";

const ROOT = resolve(import.meta.dirname, "../..");

test("a prepared folder type-checks on its own, as an editor sees it, and its first task loads", async () => {
  const folder = await emptyFolder();
  const written = await initTasksFolder(join(folder, "my-tasks"), ROOT);
  expect(written.every((entry) => entry.written)).toBe(true);
  typeCheck(join(folder, "my-tasks"));

  const catalog = await createCatalog({
    folder: join(folder, "my-tasks"),
    log: { debug() {}, info() {}, warn() {}, error() {} },
  });
  onTestFinished(() => catalog.close());
  expect(catalog.problems()).toEqual([]);
  expect(catalog.list().map((definition) => definition.name)).toEqual(["page-title"]);
});

test("a wrong use of the SDK is seen by the type checker of a prepared folder", async () => {
  const folder = await emptyFolder();
  await initTasksFolder(folder, ROOT);
  await writeFile(
    join(folder, "wrong.ts"),
    'import { code } from "ultravisor";\nexport default code({ run({ nope }) { return nope; } });\n',
  );
  expect(() => typeCheck(folder)).toThrow(/Command failed/);
});

test("what is there already is left alone", async () => {
  const folder = await emptyFolder();
  await writeFile(join(folder, "package.json"), '{"name":"mine"}');
  const first = await initTasksFolder(folder, ROOT);
  const second = await initTasksFolder(folder, ROOT);
  expect(first.filter((entry) => !entry.written).map((entry) => entry.path)).toEqual(["package.json"]);
  expect(second.some((entry) => entry.written)).toBe(false);
  expect(await readFile(join(folder, "package.json"), "utf8")).toBe('{"name":"mine"}');
});

async function emptyFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "ultravisor-init-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

function typeCheck(folder: string): void {
  execFileSync(process.execPath, [join(ROOT, "node_modules/typescript/bin/tsc"), "-p", folder], { stdio: "pipe" });
}
