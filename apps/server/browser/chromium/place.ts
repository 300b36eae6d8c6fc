/**
 * A place in Chromium: a context with its own way out, its cookies, its HTTP cache, and a page for visits. Sessions sit in it
 * one after the other; between two of them it forgets everything but its HTTP cache.
 */
import type { Browser, BrowserContext, Page } from "playwright-core";
import type { BrowsingSessionOptions } from "../../core/browsing.ts";
import type { NamedHosts } from "../../core/egress.ts";
import type { SessionState } from "../../core/saved-session.ts";
import type { Egress } from "../egress/egress.ts";
import { type EgressProxy, openEgressProxy } from "../egress/egress-proxy.ts";
import { storageState } from "../saved-state.ts";
import { within } from "../within.ts";
import { startTrace } from "./capture.ts";
import { type ConsoleLog, followConsole } from "./console-log.ts";
import { type Guard, guardContext } from "./guard.ts";
import { VisitPage } from "./visit-page.ts";

export interface PlaceNeeds {
  readonly named: NamedHosts;
  readonly downloads: boolean;
  /** Whether Playwright's trace shows the pages all along: a third more time for each, so for scripted pages only. */
  readonly film: boolean;
  readonly block: boolean;
  /** What the session of its only tenant held when it was saved; missing: it has none. */
  readonly saved?: SessionState | null | undefined;
}

/** Who sits in a place. */
export interface Tenant {
  readonly log: BrowsingSessionOptions["log"];
  /** @param what such as `Chromium`: it died */
  broke(what: string): void;
}

const LEAVE_TIMEOUT = 2000;

export async function openPlace(browser: Browser, egress: Egress, needs: PlaceNeeds): Promise<Place> {
  let place: Place | null = null;
  const proxy = await openEgressProxy(egress, needs.named, (host, { message }) =>
    place?.tenant?.log(
      "warn",
      `Nothing that speaks https or WebSocket (ws, wss) with ${host} gets through. ${message}`,
    ),
  );
  try {
    const context = await browser.newContext({
      acceptDownloads: needs.downloads,
      serviceWorkers: "block",
      permissions: [],
      proxy: { server: proxy.server, bypass: "<-loopback>" },
      ...(needs.saved && { storageState: storageState(needs.saved) }),
    });
    context.once("close", () => proxy.close());
    place = new Place(context, proxy, needs);
    if (needs.film) await startTrace(context);
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
  readonly #guard: Guard;
  #visitor: VisitPage | null = null;

  constructor(context: BrowserContext, proxy: EgressProxy, needs: PlaceNeeds) {
    this.context = context;
    this.needs = needs;
    this.#proxy = proxy;
    this.console = followConsole(context);
    context.on("page", (page) => page.on("crash", () => this.#crashed(page)));
    this.#guard = guardContext(context, {
      log: (level, text) => this.tenant?.log(level, text),
      overrun: (page) => this.tenant?.broke(`The page ${page.url()} opened windows without end and`),
    });
  }

  /** The page of visits, or null. */
  get visitor(): VisitPage | null {
    return this.#visitor;
  }

  faultOf(url: URL): ReturnType<EgressProxy["faultOf"]> {
    return this.#proxy.faultOf(url);
  }

  /** Bytes that its pages loaded so far. */
  get received(): number {
    return this.#proxy.passed();
  }

  /** The page of visits, made if there is none. */
  async visitingPage(): Promise<VisitPage> {
    if (this.#visitor && !this.#visitor.page.isClosed()) return this.#visitor;
    this.#visitor = await VisitPage.open(await this.context.newPage(), this.needs.block);
    return this.#visitor;
  }

  /** Drops a page that may still be busy; the next visit gets another. */
  abandonPage(): void {
    void this.#visitor?.page.close().catch(() => {});
    this.#visitor = null;
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
    if (this.tenant) this.tenant.broke(`The page ${page.url()}`);
    else this.abandonPage();
  }

  async #clear(): Promise<boolean> {
    const visitor = this.#visitor;
    if (!visitor || visitor.page.isClosed() || this.context.pages().length > 1) return false;
    this.origin = [...visitor.traffic.origins][0] ?? null;
    const isBlank = await visitor.forget(LEAVE_TIMEOUT);
    if (await visitor.hasCookies()) await this.context.clearCookies();
    if (!isBlank) this.abandonPage();
    this.console.clear();
    this.#guard.reset();
    return true;
  }
}
