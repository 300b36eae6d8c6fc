import { mkdir, symlink, unlink } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { changed, openCatalog, tasksFolder, write } from "./folder.ts";

const CODE = `import { code } from "ultravisor";
import { word } from "./_word.ts";
export default code({ description: word, run: () => word });
`;

test("Task files behind a link to a folder or a file are loaded under the link's name", async () => {
  const elsewhere = await tasksFolder({
    "nightly/disk.yaml": "shell: df -h\n",
    "_word.ts": 'export const word = "one";\n',
    "say.ts": CODE,
  });
  const folder = await tasksFolder({ "own.yaml": "shell: date\n" });
  await symlink(join(elsewhere, "nightly"), join(folder, "shared"));
  await symlink(join(elsewhere, "say.ts"), join(folder, "greet.ts"));
  const catalog = await openCatalog(folder);
  expect(catalog.problems()).toEqual([]);
  expect(catalog.list().map(({ name }) => name)).toEqual(["greet", "own", "shared/disk"]);
  expect(catalog.get("greet")).toMatchObject({ description: "one", file: join(elsewhere, "say.ts") });
});

test("What changes behind a link is loaded again", async () => {
  const elsewhere = await tasksFolder({
    "disk.yaml": "shell: df -h\n",
    "_word.ts": 'export const word = "one";\n',
    "say.ts": CODE,
  });
  const folder = await tasksFolder({});
  await symlink(elsewhere, join(folder, "shared"));
  const catalog = await openCatalog(folder);
  const before = catalog.get("shared/say")?.hash;
  const added = changed(catalog, () => catalog.get("shared/memory") !== undefined);
  await write(elsewhere, { "memory.yaml": "shell: free\n" });
  await added;
  const edited = changed(catalog, () => catalog.get("shared/say")?.description === "two");
  await write(elsewhere, { "_word.ts": 'export const word = "two";\n' });
  await edited;
  expect(catalog.get("shared/say")?.hash).not.toBe(before);
});

test("A link that leads back to where it stands, to itself or nowhere is refused, and all else is served", async () => {
  const elsewhere = await tasksFolder({ "disk.yaml": "shell: df -h\n" });
  const folder = await tasksFolder({ "own.yaml": "shell: date\n" });
  await mkdir(join(folder, "deep"));
  await symlink("..", join(folder, "deep/up"));
  await symlink(elsewhere, join(folder, "shared"));
  await symlink(folder, join(elsewhere, "back"));
  await symlink("self", join(folder, "self"));
  await symlink("gone.yaml", join(folder, "lost.yaml"));
  const catalog = await openCatalog(folder);
  expect(catalog.list().map(({ name }) => name)).toEqual(["own", "shared/disk"]);
  const problems = Object.fromEntries(catalog.problems().map(({ path, message }) => [path, message]));
  expect(problems).toEqual({
    "deep/up": expect.stringContaining("a circle"),
    "shared/back": expect.stringContaining("a circle"),
    self: expect.stringContaining("itself"),
    "lost.yaml": expect.stringContaining("nowhere"),
  });
  const mended = changed(catalog, () => catalog.problems().length < 4);
  await unlink(join(folder, "deep/up"));
  await mended;
});
