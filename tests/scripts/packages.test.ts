import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, it, onTestFinished } from "vitest";

// Plain JavaScript, as it has to run before anything is installed: its types are said here.
const { packagesAreCurrent }: { packagesAreCurrent(root: string): boolean } = await import(
  String(new URL("../../scripts/setup/packages.mjs", import.meta.url))
);

const ENTRY = { version: "1.0.0", integrity: "sha512-x", devOptional: true };

/** A folder whose lock wants `types`, with these packages installed. */
function checkout(root: object, installed: object): string {
  const folder = mkdtempSync(path.join(tmpdir(), "packages-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  mkdirSync(path.join(folder, "node_modules"));
  const lock = { packages: { "": root, "node_modules/types": ENTRY } };
  writeFileSync(path.join(folder, "package-lock.json"), JSON.stringify(lock));
  writeFileSync(path.join(folder, "node_modules/.package-lock.json"), JSON.stringify({ packages: installed }));
  return folder;
}

it("Packages are current when all that is wanted is there", () => {
  expect(packagesAreCurrent(checkout({}, { "node_modules/types": ENTRY }))).toBe(true);
});

it("A package that others can do without may be missing", () => {
  expect(packagesAreCurrent(checkout({}, {}))).toBe(true);
});

it("A package that package.json names must be there, also when others can do without it", () => {
  expect(packagesAreCurrent(checkout({ devDependencies: { types: "1.0.0" } }, {}))).toBe(false);
});
