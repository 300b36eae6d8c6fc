/** What most tests of this room need: the test site, a file store in a temporary folder, and sessions on them. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { type BrowsingOptions, createBrowsing } from "../../../apps/server/browser/browsing.ts";
import { findChromium } from "../../../apps/server/browser/chromium/chromium.ts";
import type { Browsing, BrowsingSession, BrowsingSessionOptions } from "../../../apps/server/core/browsing.ts";
import type { FileStore } from "../../../apps/server/core/files.ts";
import { createDiskFileStore } from "../../../apps/server/files/disk.ts";
import { type Site, startSite } from "../../support/site.ts";

export interface Started {
  readonly site: Site;
  readonly files: FileStore;
  /** Of the file store. */
  readonly folder: string;
  readonly browsing: Browsing;
  /** Opens a session without `page`; what it logs is added to `logged`. */
  open(options?: Partial<BrowsingSessionOptions>): Promise<BrowsingSession>;
  readonly logged: string[];
  close(): Promise<void>;
}

export async function start(options: Partial<BrowsingOptions> = {}): Promise<Started> {
  const folder = await mkdtemp(join(tmpdir(), "ultravisor-browsing-"));
  const site = await startSite();
  const files = createDiskFileStore(folder);
  const browsing = createBrowsing({ chromium: () => findChromium(), files, ...options });
  const logged: string[] = [];
  return {
    site,
    files,
    folder,
    browsing,
    logged,
    open: (own) =>
      browsing.open({
        fixtures: ["visit", "download"],
        render: "auto",
        plugins: [],
        allowHosts: ["127.0.0.1:*"],
        signal: new AbortController().signal,
        log: (level, text) => void logged.push(`${level}: ${text}`),
        ...own,
      }),
    async close() {
      await browsing.close();
      await site.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The whole of a stored blob. */
export async function contents(files: FileStore, sha256: string): Promise<Buffer> {
  const stream = await files.open(sha256);
  if (!stream) throw new Error(`There is no blob ${sha256}.`);
  return Buffer.from(await new Response(stream).arrayBuffer());
}

export async function processIdOf(browser: Browser): Promise<number> {
  const cdp = await browser.newBrowserCDPSession();
  const { processInfo } = await cdp.send("SystemInfo.getProcessInfo");
  return processInfo.find((info) => info.type === "browser")?.id ?? 0;
}
