/** A Chromium for browser tasks: found, or else installed. */
import { accessSync, constants, existsSync } from "node:fs";
import path from "node:path";
import { nodePath } from "./node.mjs";
import { runQuietly, step } from "./step.mjs";

const SYSTEM_NAMES = [
  "chromium-headless-shell",
  "chromium",
  "chromium-browser",
  "google-chrome",
  "google-chrome-stable",
];
const APT_PACKAGES = ["chromium-headless-shell", "chromium"];
const MEND =
  "Mend: install Chromium (on Debian as root: `apt-get install chromium-headless-shell`) or set ULTRAVISOR_BROWSER to the path of one.";

/** Installs Chromium where none is found. Without one the server still starts: only browser tasks need it. */
export async function ensureBrowser(root) {
  const named = process.env.ULTRAVISOR_BROWSER;
  if (named) {
    if (!isExecutable(named))
      console.warn(`setup: ULTRAVISOR_BROWSER names ${named}, which is no executable file. ${MEND}`);
    return;
  }
  if (systemBrowser() || (await playwrightBrowser(root))) return;
  try {
    await step("installing Chromium", () => install(root));
  } catch (error) {
    console.warn(
      `setup: no Chromium, so browser tasks will fail when they need one (${firstReason(error.message)}). ${MEND}`,
    );
  }
}

async function install(root) {
  if (canUseApt()) {
    const installed = await installWithApt();
    if (installed) return;
  }
  const withDeps = canUseApt() ? ["--with-deps"] : [];
  await runQuietly(nodePath(root), [playwright(root), "install", ...withDeps, "--only-shell", "chromium"], {
    cwd: root,
  });
}

function firstReason(text) {
  return /^Error: (.*)$/m.exec(text)?.[1] ?? text.split("\n").at(-1);
}

async function installWithApt() {
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  await runQuietly("apt-get", ["update", "-q"], { env, minutes: 5 }).catch(() => "an old package list may still do");
  for (const name of APT_PACKAGES) {
    const done = await runQuietly("apt-get", ["install", "-y", "-q", "--no-install-recommends", name], { env }).catch(
      () => null,
    );
    if (done !== null && systemBrowser()) return true;
  }
  return false;
}

/** The path Playwright itself would use, when something lies there. */
async function playwrightBrowser(root) {
  const plan = await runQuietly(
    nodePath(root),
    [playwright(root), "install", "--dry-run", "--only-shell", "chromium"],
    {
      cwd: root,
    },
  ).catch(() => "");
  const place = /Install location:\s+(.*chromium.*)/.exec(plan)?.[1];
  return place !== undefined && existsSync(path.join(place, "INSTALLATION_COMPLETE"));
}

function playwright(root) {
  return path.join(root, "node_modules", "playwright-core", "cli.js");
}

function systemBrowser() {
  const folders = (process.env.PATH ?? "").split(path.delimiter).filter(Boolean);
  const places = SYSTEM_NAMES.flatMap((name) => folders.map((folder) => path.join(folder, name)));
  return [...places, "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"].find(isExecutable);
}

function canUseApt() {
  return process.getuid?.() === 0 && isExecutable("/usr/bin/apt-get");
}

function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
