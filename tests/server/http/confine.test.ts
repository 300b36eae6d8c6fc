import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { openConfined } from "../../../apps/server/http/confine.ts";

function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "ultravisor-confine-"));
  mkdirSync(join(folder, "base/inner"), { recursive: true });
  writeFileSync(join(folder, "secret"), "secret");
  writeFileSync(join(folder, "base/inner/page.txt"), "page");
  writeFileSync(join(folder, "base/.hidden"), "hidden");
  symlinkSync(join(folder, "secret"), join(folder, "base/link"));
  symlinkSync(folder, join(folder, "base/up"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return join(folder, "base");
}

it("A file inside the folder is opened", async () => {
  const file = await openConfined(makeFolder(), "inner/page.txt");
  expect(await file?.readFile("utf8")).toBe("page");
  await file?.close();
});

it.each([
  "../secret",
  "inner/../../secret",
  "/etc/passwd",
  "link",
  "up/secret",
  "up/base/inner/page.txt",
  ".hidden",
  "inner",
  "inner/",
  "inner//page.txt",
  "inner\\page.txt",
  "inner/page.txt\0.png",
  "%2e%2e/secret",
  "inner/page.txt/x",
  "",
  "x".repeat(5000),
])("The path %j leads nowhere", async (path) => {
  expect(await openConfined(makeFolder(), path)).toBeNull();
});
