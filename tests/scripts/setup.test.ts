import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const repository = path.resolve(import.meta.dirname, "../..");
let root: string;

/** A checkout with one dependency that lies in it, so that installing needs no network. */
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), "setup-"));
  cpSync(path.join(repository, "scripts"), path.join(root, "scripts"), { recursive: true });
  write("left/package.json", { name: "left", version: "1.0.0" });
  write("package.json", { name: "checkout", version: "1.0.0", dependencies: { left: "file:left" } });
  writeFileSync(path.join(root, ".npmrc"), "install-links=true\n");
  const npm = spawnSync("npm", ["install", "--package-lock-only", "--no-audit"], { cwd: root });
  expect(npm.status).toBe(0);
});

afterEach(() => rmSync(root, { recursive: true }));

function write(file: string, content: object): void {
  mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
  writeFileSync(path.join(root, file), JSON.stringify(content));
}

function setup(env: Record<string, string> = {}): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, ["scripts/setup.mjs"], {
    cwd: root,
    encoding: "utf8",
    env: { ...process.env, ULTRAVISOR_BROWSER: process.execPath, ...env },
  });
}

describe("Setup", () => {
  it("installs the packages, says so in one line, and says nothing the second time", () => {
    const first = setup();
    expect(first.stderr).toBe("");
    expect(first.stdout).toMatch(/^setup: installing packages \(npm ci\) … \d+\.\d s\n$/);
    expect(existsSync(path.join(root, "node_modules/left/package.json"))).toBe(true);
    expect(setup()).toMatchObject({ status: 0, stdout: "", stderr: "" });
  });

  it("installs again when package-lock.json changed, and when an installation was broken off", () => {
    setup();
    rmSync(path.join(root, "node_modules/.package-lock.json"));
    expect(setup().stdout).toContain("installing packages");
    const lock = readFileSync(path.join(root, "package-lock.json"), "utf8");
    writeFileSync(
      path.join(root, "package-lock.json"),
      lock.replace(/("node_modules\/left": \{\s+"version": )"1.0.0"/, '$1"1.0.1"'),
    );
    expect(setup().stdout).toContain("installing packages");
  });

  it("makes the command `ultravisor` of the checkout", () => {
    setup();
    mkdirSync(path.join(root, "apps/cli"), { recursive: true });
    writeFileSync(
      path.join(root, "apps/cli/main.ts"),
      "const words: string[] = process.argv.slice(2);\nconsole.log(words);",
    );
    const { stdout } = spawnSync("npx", ["ultravisor", "run", "a b"], { cwd: root, encoding: "utf8" });
    expect(stdout).toBe("[ 'run', 'a b' ]\n");
  });

  it("warns about a browser that is not there, and goes on", () => {
    const { status, stderr } = setup({ ULTRAVISOR_BROWSER: "/nowhere/chromium" });
    expect(status).toBe(0);
    expect(stderr).toContain("ULTRAVISOR_BROWSER names /nowhere/chromium, which is no executable file. Mend: ");
  });

  it("ends with 1 and shows what npm said when the packages cannot be installed", () => {
    rmSync(path.join(root, "left"), { recursive: true });
    const { status, stdout, stderr } = setup();
    expect(status).toBe(1);
    expect(stdout).toBe("setup: installing packages (npm ci) … failed\n");
    expect(stderr).toMatch(/^setup failed: `npm ci .*` ended with exit code \d+\. It said:\nnpm error/);
  });

  it("names the mend when package-lock.json is gone", () => {
    rmSync(path.join(root, "package-lock.json"));
    expect(setup()).toMatchObject({ status: 1, stderr: expect.stringContaining("git checkout package-lock.json") });
  });
});
