import { expect, test } from "vitest";
import type { StoredFile } from "../../../../apps/web/src/api.ts";
import { sameOnce } from "../../../../apps/web/src/run/same-once.ts";

function file(id: string, facts: Partial<StoredFile> = {}): StoredFile {
  const common = {
    run: "r",
    task: `task of ${id}`,
    attempt: 1,
    role: "download",
    size: 3,
    type: "text/csv",
    href: `/api/files/${id}`,
    createdAt: "2026-11-21T12:00:00.000Z",
  } as const;
  return { id, name: "a.csv", originalName: null, sha256: "aa", url: "http://a.example/a.csv", ...common, ...facts };
}

test("A file that several task runs left is told once, with how often", () => {
  const files = [file("1"), file("2", { name: "b.csv" }), file("3")];
  expect(sameOnce(files).map(({ file, count }) => [file.id, count])).toEqual([
    ["1", 2],
    ["2", 1],
  ]);
});

test.each([
  ["content", { sha256: "bb" }],
  ["source", { url: "http://a.example/b.csv" }],
  ["role", { role: "output" as const }],
])("Files of another %s stay apart", (_what, facts) => {
  expect(sameOnce([file("1"), file("2", facts)])).toHaveLength(2);
});
