/**
 * A place in Chromium: a context with its own way out, its cookies, its HTTP cache, and a page for visits. Sessions sit in it
 * one after the other; between two of them it forgets everything but its HTTP cache.
 */
import type { Browser, BrowserContext, CDPSession, Page } from "playwright-core";
import type { BrowsingSessionOptions } from "../core/browsing.ts";
import type { NamedHosts } from "../core/egress.ts";
import { blockAssets } from "./blocking.ts";
import { startTrace } from "./capture.ts";
import { type ConsoleLog, followConsole } from "./console-log.ts";
import type { Egress } from "./egress.ts";
import { type EgressProxy, openEgressProxy } from "./egress-proxy.ts";
import { guardContext } from "./guard.ts";
import { within } from "./within.ts";

export interface PlaceNeeds {
  readonly named: NamedHosts;
  readonly downloads: boolean;
  /** Whether a trace shows the pages all along: a third more time for each, so for scripted pages only. */
  readonly film: boolean;
  readonly block: boolean;
}

/** Who sits in a place. */
export interface Tenant {
  readonly log: BrowsingSessionOptions["log"];
  crashed(page: Page): void;
}

const LEAVE_TIMEOUT = 2000;
/** Everything but cookies, which are cleared for all origins at once, and the HTTP cache. */
const STORAGES = "file_systems,indexeddb,local_storage,websql,service_workers,cache_storage,storage_buckets,other";

export async function openPlace(browser: Browser, egress: Egress, needs: PlaceNeeds): Promise<Place> {
  const proxy = await openEgressProxy(egress, needs.named);
  try {
    const context = await browser.newContext({
      acceptDownloads: needs.downloads,
      serviceWorkers: "block",
      permissions: [],
      proxy: { server: proxy.server, bypass: "<-loopback>" },
    });
    context.once("close", () => proxy.close());
    const place = new Place(context, proxy, needs);
    await startTrace(context, needs.film);
    return place;
  } catch (error) {
    proxy.close();
    throw error;
  }
}

export class Place {
  readonly context: BrowserContext;
  readonly console: ConsoleLog;
  readonly needs: PlaceNeeds;
  tenant: Tenant | null = null;
  /** Where the session before went, or null. */
  origin: string | null = null;
  /** Sessions that sat here so far. */
  served = 0;
  readonly #proxy: EgressProxy;
  /** The page of visits, and how its Chromium is talked to. */
  #visiting: { readonly page: Page; readonly session: CDPSession } | null = null;
  /** Origins that the page of visits was at in this session. */
  readonly #origins = new Set<string>();
  /** Origins of frames inside of others' pages, whose storage is kept apart where it cannot be cleared. */
  #hasStrangers = false;

  constructor(context: BrowserContext, proxy: EgressProxy, needs: PlaceNeeds) {
    this.context = context;
    this.needs = needs;
    this.#proxy = proxy;
    this.console = followConsole(context);
    context.on("page", (page) => page.on("crash", () => this.#crashed(page)));
    guardContext(context, (level, text) => this.tenant?.log(level, text));
  }

  get page(): Page | null {
    return this.#visiting?.page ?? null;
  }

  faultOf(url: URL): ReturnType<EgressProxy["faultOf"]> {
    return this.#proxy.faultOf(url);
  }

  /** The page of visits, made if there is none. */
  async visitingPage(): Promise<Page> {
    if (this.#visiting && !this.#visiting.page.isClosed()) return this.#visiting.page;
    const page = await this.context.newPage();
    page.on("framenavigated", (frame) => {
      const origin = originOf(frame.url());
      if (origin === null) return;
      if (frame.parentFrame() === null) this.#origins.add(origin);
      else if (origin !== originOf(page.url())) this.#hasStrangers = true;
    });
    const session = await this.context.newCDPSession(page);
    if (this.needs.block) await blockAssets(session);
    this.#visiting = { page, session };
    return page;
  }

  /** Drops a page that may still be busy; the next visit gets another. */
  abandonPage(): void {
    void this.#visiting?.page.close().catch(() => {});
    this.#visiting = null;
  }

  /** Forgets whoever sat here. False: something could not be, so that nobody else may sit here. */
  async clear(): Promise<boolean> {
    this.tenant = null;
    this.served += 1;
    try {
      return await within(LEAVE_TIMEOUT, this.#clear());
    } catch {
      return false;
    }
  }

  #crashed(page: Page): void {
    if (this.tenant) this.tenant.crashed(page);
    else this.abandonPage();
  }

  async #clear(): Promise<boolean> {
    const visiting = this.#visiting;
    if (!visiting || visiting.page.isClosed() || this.#hasStrangers || this.context.pages().length > 1) return false;
    const { page, session } = visiting;
    const origins = [...this.#origins];
    const [origin] = origins;
    if (origin === undefined) return false;
    await Promise.all([
      session.send("Emulation.setScriptExecutionDisabled", { value: true }),
      // What the page keeps for its own window; Chromium clears that only while the page is there.
      session.send("DOMStorage.clear", {
        storageId: { securityOrigin: originOf(page.url()) ?? origin, isLocalStorage: false },
      }),
    ]);
    await page.goto("about:blank", { timeout: LEAVE_TIMEOUT });
    await Promise.all([
      session.send("Emulation.setScriptExecutionDisabled", { value: false }),
      session.send("Page.resetNavigationHistory"),
      session.send("Runtime.evaluate", { expression: "window.name = ''" }),
      ...origins.map((each) => session.send("Storage.clearDataForOrigin", { origin: each, storageTypes: STORAGES })),
      this.context.clearCookies(),
      this.context.tracing.stopChunk(),
    ]);
    await this.context.tracing.startChunk();
    if (origins.length > 1) this.abandonPage();
    this.#origins.clear();
    this.origin = origin;
    this.console.clear();
    return true;
  }
}

function originOf(url: string): string | null {
  const parsed = URL.parse(url);
  return parsed && /^https?:$/.test(parsed.protocol) ? parsed.origin : null;
}
