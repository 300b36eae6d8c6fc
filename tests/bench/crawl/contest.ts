/** The contenders of the crawl benchmark: ours as a whole server, the others as processes that print one line of JSON. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import type { RunningUltravisor } from "./ours.ts";

export interface Measured {
  readonly ms: number;
  /** Paths of the pages it found. */
  readonly pages: readonly string[];
  /** Ours: how many other pages of the site each links to, and how many each tier served. */
  readonly links?: ReadonlyMap<string, number>;
  readonly tiers?: { readonly http: number; readonly browser: number };
}

export interface Contender {
  readonly name: string;
  readonly tier: "http" | "browser";
  crawl(url: string, concurrency: number): Promise<Measured>;
}

/** @param chromium the same browser for all */
export function contenders(chromium: string, ultravisor: RunningUltravisor): readonly Contender[] {
  const script = (file: string) => (url: string, concurrency: number) =>
    runScript(file, [url, String(concurrency), chromium]);
  const ours = (task: string) => (url: string) => ultravisor.crawl(task, url);
  return [
    { name: "ultravisor (never)", tier: "http", crawl: ours("crawl-never") },
    { name: "ultravisor (auto)", tier: "http", crawl: ours("crawl-auto") },
    { name: "crawlee cheerio", tier: "http", crawl: script("crawlee-cheerio.mjs") },
    { name: "fetch loop", tier: "http", crawl: script("fetch-loop.mjs") },
    { name: "wget -r", tier: "http", crawl: runWget },
    { name: "ultravisor (always)", tier: "browser", crawl: ours("crawl-always") },
    { name: "crawlee playwright", tier: "browser", crawl: script("crawlee-playwright.mjs") },
    { name: "playwright loop", tier: "browser", crawl: script("playwright-loop.mjs") },
  ];
}

async function runScript(file: string, args: readonly string[]): Promise<Measured> {
  const storage = mkdtempSync(join(tmpdir(), "bench-storage-"));
  const env = { ...process.env, CRAWLEE_STORAGE_DIR: storage, CRAWLEE_PURGE_ON_START: "true" };
  const child = spawn(process.execPath, [join(import.meta.dirname, "contenders", file), ...args], {
    env,
    cwd: storage,
    stdio: ["ignore", "pipe", "inherit"],
  });
  let printed = "";
  for await (const chunk of child.stdout) printed += String(chunk);
  rmSync(storage, { recursive: true, force: true });
  return JSON.parse(printed.trim().split("\n").at(-1) ?? "") as Measured;
}

async function runWget(url: string): Promise<Measured> {
  const folder = mkdtempSync(join(tmpdir(), "bench-wget-"));
  const started = performance.now();
  const child = spawn("wget", ["-r", "-l", "inf", "-q", "-e", "robots=off", url], { cwd: folder, stdio: "ignore" });
  await once(child, "exit");
  const ms = performance.now() - started;
  const pages = htmlFiles(folder).map(
    (file) =>
      `/${file
        .split("/")
        .slice(1)
        .join("/")
        .replace(/index\.html$/, "")}`,
  );
  rmSync(folder, { recursive: true, force: true });
  return { ms, pages };
}

function htmlFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => /^<!doctype html/i.test(readFileSync(file, "utf8")))
    .map((file) => relative(folder, file));
}
