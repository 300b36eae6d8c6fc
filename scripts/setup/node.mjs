/** A Node that runs `.ts` files as they are, for machines whose own Node cannot. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { runQuietly, step } from "./step.mjs";

const VERSION = "24.21.0";
// 22.18 runs TypeScript; the file watcher (chokidar 6) wants 22.22.
const NEEDED = [22, 22];

/** Puts Node into node_modules/.bin, which npm scripts and npx look into first, when the machine's own is too old. */
export async function ensureNode(root) {
  const link = nodeLink(root);
  if (isNewEnough(process.versions.node) && !existsSync(link)) return;
  if (isNewEnough(versionOf(link))) return;
  await step(`adding Node ${VERSION} to node_modules (this machine has ${process.versions.node})`, () => install(root));
}

/** The Node that runs this checkout's TypeScript. */
export function nodePath(root) {
  return existsSync(nodeLink(root)) ? nodeLink(root) : process.execPath;
}

/**
 * The npm package `node` is only a script that fetches the package of this platform and links its binary. That package is
 * installed here directly, because npm may refuse to run such scripts; and into a folder of its own whose name starts
 * with a dot, because `npm install` removes whatever package-lock.json does not name, but leaves dot folders alone.
 */
async function install(root) {
  const name = platformPackage();
  const folder = path.join(root, "node_modules", ".ultravisor-node");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, "package.json"), `${JSON.stringify({ private: true })}\n`);
  await runQuietly("npm", ["install", `${name}@${VERSION}`, "--no-audit", "--no-fund", "--ignore-scripts"], {
    cwd: folder,
  }).catch((error) => {
    throw new Error(
      `${error.message}\nMend: install Node ${NEEDED.join(".")} or newer yourself (https://nodejs.org) and try again.`,
    );
  });
  const home = path.join(folder, "node_modules", name);
  const { bin } = JSON.parse(readFileSync(path.join(home, "package.json"), "utf8"));
  const binary = path.join(home, typeof bin === "string" ? bin : bin.node);
  mkdirSync(path.dirname(nodeLink(root)), { recursive: true });
  rmSync(nodeLink(root), { force: true });
  symlinkSync(path.relative(path.dirname(nodeLink(root)), binary), nodeLink(root));
  if (!isNewEnough(versionOf(nodeLink(root)))) {
    throw new Error(
      `${binary} does not run here; install Node ${NEEDED.join(".")} or newer yourself (https://nodejs.org).`,
    );
  }
}

function platformPackage() {
  const prefix = process.platform === "darwin" && process.arch === "arm64" ? "node-bin" : "node";
  return `${prefix}-${process.platform}-${process.arch}`;
}

function nodeLink(root) {
  return path.join(root, "node_modules", ".bin", "node");
}

function versionOf(binary) {
  const { stdout, status } = spawnSync(binary, ["--version"], { encoding: "utf8" });
  return status === 0 ? stdout.trim().replace(/^v/, "") : "0.0.0";
}

function isNewEnough(version) {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1]);
}
