/** Finds a Chromium on this machine and decides whether it can keep its sandbox. */
import { execFile } from "node:child_process";
import { constants } from "node:fs";
import { access, open, readdir } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { BrowsingError, type Chromium } from "../../core/browsing.ts";

export interface FindOptions {
  /** A path that the configuration names; nothing else is tried then. */
  readonly explicit?: string | null | undefined;
}

const SYSTEM_FOLDERS = ["/usr/bin", "/usr/local/bin", "/snap/bin", "/opt/google/chrome", "/opt/homebrew/bin"];
const SYSTEM_NAMES = [
  "chromium-headless-shell",
  "chromium",
  "chromium-browser",
  "google-chrome",
  "google-chrome-stable",
  "chrome",
];
const ELSEWHERE = [
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
  "C:\\Program Files (x86)\\Google\\Chrome\\Application\\chrome.exe",
];

/** The Chromium to use, or null when the machine has none. Whoever starts it warns when `sandbox` is false. */
export async function findChromium(options: FindOptions = {}): Promise<Chromium | null> {
  const path = options.explicit ? await named(options.explicit) : await firstOf(await candidates());
  return path === null ? null : { path: await unwrapped(path), sandbox: await canSandbox() };
}

/**
 * The program behind a wrapper that starts it without `exec` (Debian's chromium-headless-shell is one). We must hold the browser
 * itself: killing such a wrapper leaves its Chromium behind, and a Chromium that dies behind it is noticed late.
 */
async function unwrapped(path: string): Promise<string> {
  const script = await readStart(path);
  const program = /^(?:#.*\n|\s*\n)*(\/\S+) "\$@"\s*$/.exec(script)?.[1];
  return program !== undefined && (await isExecutable(program)) ? program : path;
}

/** The beginning of a script; nothing of a program. */
async function readStart(path: string): Promise<string> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4096), 0, 4096, 0);
    const start = buffer.toString("latin1", 0, bytesRead);
    return start.startsWith("#!") ? start : "";
  } finally {
    await file.close();
  }
}

/** What `visit` and `page` end with when there is no Chromium. */
export function missingChromium(): BrowsingError {
  return new BrowsingError(
    "browser_missing",
    "This needs Chromium, and none was found. Install one (on Debian: apt-get install chromium-headless-shell; elsewhere: npx playwright-core install chromium), or name yours in ULTRAVISOR_BROWSER.",
    { retryable: false },
  );
}

async function named(path: string): Promise<string> {
  if (await isExecutable(path)) return path;
  throw new BrowsingError(
    "browser_missing",
    `ULTRAVISOR_BROWSER names ${JSON.stringify(path)}, which is no program that may be run here. Correct the path, or leave it out to have a Chromium searched for.`,
    { retryable: false },
  );
}

async function candidates(): Promise<readonly string[]> {
  const system = SYSTEM_NAMES.flatMap((name) => SYSTEM_FOLDERS.map((folder) => join(folder, name)));
  return [...(await playwrightsOwn()), ...system, ...ELSEWHERE];
}

/** Where Playwright keeps its downloads unless told otherwise. Asking Playwright itself costs a third of a second at every start. */
const REGISTRIES = [".cache/ms-playwright", "Library/Caches/ms-playwright", "AppData/Local/ms-playwright"];

async function playwrightsOwn(): Promise<readonly string[]> {
  const folders = await Promise.all(REGISTRIES.map((path) => readdir(join(homedir(), path)).catch(() => [])));
  if (folders.flat().length === 0) return [];
  const { chromium } = await import("playwright-core");
  const own = chromium.executablePath();
  return [own, ...(await headlessShells(own))];
}

/** Playwright's smaller download lies beside the whole one: `<registry>/chromium_headless_shell-1234/<platform>/…`. */
async function headlessShells(own: string): Promise<readonly string[]> {
  const registry = dirname(dirname(dirname(own)));
  const folders = await readdir(registry).catch(() => []);
  const newest = folders
    .filter((name) => name.startsWith("chromium_headless_shell-"))
    .sort()
    .toReversed();
  const found: string[] = [];
  for (const folder of newest) {
    const platforms = await readdir(join(registry, folder)).catch(() => []);
    for (const platform of platforms) {
      for (const name of ["headless_shell", "chrome-headless-shell", "chrome-headless-shell.exe"]) {
        found.push(join(registry, folder, platform, name));
      }
    }
  }
  return found;
}

async function firstOf(paths: readonly string[]): Promise<string | null> {
  for (const path of paths) if (await isExecutable(path)) return path;
  return null;
}

function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

/** Linux sandboxes by user namespaces, which containers and some distributions withhold; root must do without. */
async function canSandbox(): Promise<boolean> {
  if (process.getuid?.() === 0) return false;
  if (process.platform !== "linux") return true;
  return promisify(execFile)("unshare", ["--user", "--map-root-user", "true"], { timeout: 5000 }).then(
    () => true,
    () => false,
  );
}
