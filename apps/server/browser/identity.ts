/**
 * What the HTTP tier calls itself. Where plugins disguise Chromium, a site must not meet two visitors with one set of cookies:
 * then both tiers say what Chromium's pages say.
 */
import type { BrowsingSessionOptions } from "../core/browsing.ts";
import { pluginSetKey } from "./chromium/plugins.ts";
import type { BrowserPool } from "./chromium/pool.ts";
import { unlessAborted } from "./within.ts";

export interface Identities {
  /** The User-Agent for a session over HTTP. */
  userAgentFor(options: BrowsingSessionOptions): Promise<string>;
}

/** @param own what it calls itself when nothing disguises Chromium */
export function createIdentities(pool: BrowserPool, own: string): Identities {
  const known = new Map<string, Promise<string>>();
  return {
    userAgentFor(options) {
      // Who never enters Chromium has nothing to agree with, and need not start it.
      if (options.plugins.length === 0 || options.render === "never") return Promise.resolve(own);
      const key = pluginSetKey(options.plugins);
      const asked = known.get(key) ?? ask(pool, options, own);
      known.set(key, asked);
      asked.catch(() => known.delete(key));
      return asked;
    },
  };
}

async function ask(pool: BrowserPool, { plugins, signal }: BrowsingSessionOptions, own: string): Promise<string> {
  const lease = await pool.lease(plugins, signal);
  try {
    const context = await lease.browser.newContext();
    const page = await context.newPage();
    const name = await unlessAborted(
      page.evaluate(() => navigator.userAgent),
      signal,
    );
    await context.close().catch(() => {});
    return name.includes("Headless") ? own : name;
  } finally {
    await lease.release();
  }
}
