/** After a failure: a picture of the page, Playwright's trace and the console, all put into the file store. */
import { createReadStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BrowserContext, Page } from "playwright-core";
import type { BrowsingSessionOptions } from "../core/browsing.ts";
import type { FileDraft } from "../core/execution.ts";
import type { FileStore } from "../core/files.ts";
import { within } from "./within.ts";

export interface Scene {
  readonly context: BrowserContext;
  readonly page: Page | null;
  readonly console: string;
}

const SCREENSHOT_TIMEOUT = 5000;
const TRACE_TIMEOUT = 15_000;
/** What is thrown away is not worth waiting for. */
const DROP_TIMEOUT = 2000;

/** @param film whether to show the page all along: a third more time for each, so for scripted pages only */
export async function startTrace(context: BrowserContext, film: boolean): Promise<void> {
  await context.tracing.start({ screenshots: film, snapshots: film });
}

/** Must come before the context is closed: Playwright leaves folders and stacks of a trace that was never stopped. */
export async function dropTrace(context: BrowserContext): Promise<void> {
  await within(DROP_TIMEOUT, context.tracing.stop()).catch(() => {});
}

/** Forgets what was traced so far, which otherwise grows on the disk with every page. */
export async function restartTrace(context: BrowserContext): Promise<void> {
  await context.tracing.stopChunk();
  await context.tracing.startChunk();
}

/** What could be saved; what could not is told to the log. Never rejects. */
export async function capture(
  scene: Scene,
  files: FileStore,
  log: BrowsingSessionOptions["log"],
): Promise<readonly FileDraft[]> {
  const parts = { screenshot: takeScreenshot, trace: takeTrace, console: takeConsole };
  const drafts: FileDraft[] = [];
  // One after the other: the trace should end with the page as the screenshot shows it.
  for (const [name, take] of Object.entries(parts)) {
    try {
      const draft = await take(scene, files);
      if (draft) drafts.push(draft);
    } catch (error) {
      const why = error instanceof Error ? error.message.split("\n", 1)[0] : String(error);
      log("warn", `The ${name} of the failure could not be saved: ${why}`);
    }
  }
  return drafts;
}

async function takeScreenshot({ page }: Scene, files: FileStore): Promise<FileDraft | null> {
  if (!page || page.isClosed() || page.url() === "about:blank") return null;
  const url = page.url();
  const png = await page.screenshot({ type: "png", timeout: SCREENSHOT_TIMEOUT, animations: "disabled" });
  return { role: "screenshot", name: "screenshot.png", type: "image/png", url, ...(await files.put(chunk(png))) };
}

async function takeTrace({ context }: Scene, files: FileStore): Promise<FileDraft> {
  const folder = await mkdtemp(join(tmpdir(), "ultravisor-trace-"));
  try {
    const path = join(folder, "trace.zip");
    await within(TRACE_TIMEOUT, context.tracing.stop({ path }));
    return {
      role: "trace",
      name: "trace.zip",
      type: "application/zip",
      url: null,
      ...(await files.put(createReadStream(path))),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function takeConsole({ console: text }: Scene, files: FileStore): Promise<FileDraft | null> {
  if (text === "") return null;
  return {
    role: "console",
    name: "console.txt",
    type: "text/plain",
    url: null,
    ...(await files.put(chunk(Buffer.from(text)))),
  };
}

async function* chunk(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
