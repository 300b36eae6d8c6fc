/** After a failure: a picture of the page, Playwright's trace or the network log, and the console, all put into the file store. */
import { createReadStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BrowserContext, Page } from "playwright-core";
import type { BrowsingSessionOptions } from "../../core/browsing.ts";
import type { FileDraft } from "../../core/execution.ts";
import type { FileStore } from "../../core/files.ts";
import { within } from "../within.ts";
import type { NetworkLog } from "./network-log.ts";

export interface Scene {
  readonly context: BrowserContext;
  /** Whether Playwright traces it. */
  readonly isFilmed: boolean;
  readonly network: NetworkLog | null;
  readonly page: Page | null;
  readonly console: string;
}

const SCREENSHOT_TIMEOUT = 5000;
const TRACE_TIMEOUT = 15_000;
/** What is thrown away is not worth waiting for. */
const DROP_TIMEOUT = 2000;

export async function startTrace(context: BrowserContext): Promise<void> {
  await context.tracing.start({ screenshots: true, snapshots: true });
}

/** Must come before the context is closed: Playwright leaves folders and stacks of a trace that was never stopped. */
export async function dropTrace(context: BrowserContext): Promise<void> {
  await within(DROP_TIMEOUT, context.tracing.stop()).catch(() => {});
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

async function takeTrace({ context, isFilmed, network }: Scene, files: FileStore): Promise<FileDraft | null> {
  if (!isFilmed) return network && !network.isEmpty ? takeNetwork(network, files) : null;
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

/** For pages that were only visited, where a trace would tell nothing more and costs time for each. */
async function takeNetwork(network: NetworkLog, files: FileStore): Promise<FileDraft> {
  const stored = await files.put(chunk(Buffer.from(network.toHar())));
  return { role: "trace", name: "network.har", type: "application/json", url: null, ...stored };
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
