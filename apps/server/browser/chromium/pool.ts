/** The Chromium processes of a runner: one per set of plugins, shared by sessions, replaced when worn or dead. */
import type { Browser } from "playwright-core";
import { wornBy } from "../../core/browser-health.ts";
import { BrowsingError, type Chromium } from "../../core/browsing.ts";
import { namedHosts } from "../../core/egress.ts";
import type { Egress } from "../egress/egress.ts";
import { type EgressProxy, openEgressProxy } from "../egress/egress-proxy.ts";
import { missingChromium } from "./chromium.ts";
import { launch } from "./launch.ts";
import { loadPlugins, type Plugin, pluginSetKey } from "./plugins.ts";
import { createSlots } from "./slots.ts";
import { watch } from "./watch.ts";

export interface PoolOptions {
  find(): Promise<Chromium | null>;
  readonly maxPages: number;
  readonly recycleAfter: number;
  readonly egress: Egress;
  /** Memory that there is for it, in bytes. */
  readonly totalBytes: number;
  /** Closes what others still hold open in a Chromium that is about to end. */
  drain(browser: Browser): Promise<void>;
}

/** A session's hold on a running Chromium. */
export interface Lease {
  readonly browser: Browser;
  /** Resolves when that Chromium ends without having been asked to. */
  readonly crashed: Promise<void>;
  release(): Promise<void>;
}

export interface BrowserPool {
  lease(plugins: readonly (string | object)[], signal: AbortSignal): Promise<Lease>;
  close(): Promise<void>;
}

interface Entry {
  readonly key: string;
  readonly browser: Promise<Browser>;
  /** What to tell of a crash: one for each session in it, no longer than that lasts. */
  readonly holders: Set<() => void>;
  readonly startedAt: number;
  leases: number;
  served: number;
  /** Memory of all its processes, as last seen. */
  bytes: number;
  /** Gets no new sessions; is closed with the last one it has. */
  retired: boolean;
  /** Its end was asked for and is no crash. */
  closing: boolean;
}

export function createBrowserPool(options: PoolOptions): BrowserPool {
  const slots = createSlots(options.maxPages);
  const entries = new Set<Entry>();
  let closed = false;

  const closeIfIdle = async (entry: Entry): Promise<void> => {
    if (!entry.retired || entry.leases > 0) return;
    entries.delete(entry);
    entry.closing = true;
    const browser = await entry.browser.catch(() => null);
    if (browser) await options.drain(browser);
    await browser?.close();
  };

  const entryFor = (plugins: readonly (string | object)[]): Entry => {
    const key = pluginSetKey(plugins);
    for (const entry of entries) {
      if (entry.key === key && !entry.retired && !isWorn(entry)) return entry;
      // A runner serves one task at a time: a Chromium with other plugins is not coming back into use soon.
      entry.retired = true;
      void closeIfIdle(entry);
    }
    const entry = start(key, plugins, options);
    entries.add(entry);
    return entry;
  };

  const isWorn = ({ served, startedAt, bytes }: Entry): boolean =>
    wornBy({ served, age: performance.now() - startedAt, bytes }, options.recycleAfter, options.totalBytes) !== null;

  return {
    async lease(plugins, signal) {
      const leave = await slots.take(signal);
      if (closed) throw new Error("This browser pool is closed.");
      const entry = entryFor(plugins);
      entry.leases += 1;
      entry.served += 1;
      const crashed = Promise.withResolvers<void>();
      entry.holders.add(crashed.resolve);
      const release = async (): Promise<void> => {
        entry.holders.delete(crashed.resolve);
        entry.leases -= 1;
        leave();
        await closeIfIdle(entry);
      };
      try {
        return { browser: await entry.browser, crashed: crashed.promise, release };
      } catch (error) {
        entry.retired = true;
        await release();
        throw error;
      }
    },
    async close() {
      closed = true;
      await Promise.all(
        [...entries].map((entry) => {
          entry.retired = true;
          entry.leases = 0;
          return closeIfIdle(entry);
        }),
      );
    },
  };
}

function start(key: string, plugins: readonly (string | object)[], options: PoolOptions): Entry {
  const entry: Entry = {
    key,
    browser: begin(),
    holders: new Set(),
    startedAt: performance.now(),
    leases: 0,
    served: 0,
    bytes: 0,
    retired: false,
    closing: false,
  };
  return entry;

  async function begin(): Promise<Browser> {
    const chromium = await options.find();
    if (!chromium) throw missingChromium();
    const loaded = await loadPlugins(plugins);
    // What no session's own way out serves, such as a request of Chromium itself, finds nothing but the public internet.
    const proxy = await openEgressProxy(options.egress, namedHosts([]));
    const browser = await launchBehind(proxy, chromium, loaded);
    browser.on("disconnected", () => {
      proxy.close();
      entry.retired = true;
      if (!entry.closing) for (const tell of entry.holders) tell();
    });
    const used = (bytes: number): void => {
      entry.bytes = bytes;
    };
    await watch(browser, { isInUse: () => entry.leases > 0, used, totalBytes: options.totalBytes });
    return browser;
  }
}

async function launchBehind(proxy: EgressProxy, chromium: Chromium, plugins: readonly Plugin[]): Promise<Browser> {
  try {
    return await launch(chromium, plugins, proxy.server);
  } catch (error) {
    proxy.close();
    throw error;
  }
}

/** What an attempt ends with when its Chromium died. */
export function crashedError(what: string): BrowsingError {
  return new BrowsingError("browser_crashed", `${what} died; the next attempt gets a fresh one.`, { retryable: true });
}
