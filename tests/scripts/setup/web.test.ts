import { type SpawnSyncReturns, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const repository = path.resolve(import.meta.dirname, "../../..");
const BUILT = /^setup: building the web … \d+\.\d s\n$/;
let root: string;

/** A checkout with this repository's packages and a web of one page. */
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), "setup-web-"));
  for (const name of ["scripts", "package.json", "package-lock.json"]) {
    cpSync(path.join(repository, name), path.join(root, name), { recursive: true });
  }
  symlinkSync(path.join(repository, "node_modules"), path.join(root, "node_modules"));
  mkdirSync(path.join(root, "apps/web/src"), { recursive: true });
  writeFileSync(path.join(root, "apps/web/index.html"), '<script type="module" src="/src/main.ts"></script>');
  writeSource("document.title = 'one';");
});

afterEach(() => rmSync(root, { recursive: true }));

function writeSource(text: string): void {
  writeFileSync(path.join(root, "apps/web/src/main.ts"), text);
}

function setup(): SpawnSyncReturns<string> {
  const env = { ...process.env, ULTRAVISOR_BROWSER: process.execPath };
  return spawnSync(process.execPath, ["scripts/setup.mjs"], { cwd: root, encoding: "utf8", env });
}

describe("Setup of the web", () => {
  it("builds it once, and again when a source changed", () => {
    expect(setup().stdout).toMatch(BUILT);
    expect(existsSync(path.join(root, "apps/web/dist/index.html"))).toBe(true);
    expect(setup()).toMatchObject({ status: 0, stdout: "", stderr: "" });
    writeSource("document.title = 'two';");
    expect(setup().stdout).toMatch(BUILT);
  });

  it("shows what is wrong with a source, and tries again at the next start", () => {
    writeSource("import './missing.ts';");
    const broken = setup();
    expect(broken).toMatchObject({ status: 1, stdout: "setup: building the web … failed\n" });
    expect(broken.stderr).toContain("./missing.ts");
    writeSource("document.title = 'mended';");
    expect(setup().stdout).toMatch(BUILT);
  });
});
