/** One session's place in Chromium: a fresh context, its pages, and what they said and did. */
import type { BrowserContext, Page } from "playwright-core";
import { BrowsingError, type BrowsingSessionOptions } from "../core/browsing.ts";
import type { NamedHosts } from "../core/egress.ts";
import type { FileDraft } from "../core/execution.ts";
import type { FileStore } from "../core/files.ts";
import { visitInBrowser } from "./browser-visit.ts";
import { capture, dropTrace, restartTrace, startTrace } from "./capture.ts";
import { isInterrupted } from "./chromium-error.ts";
import { type ConsoleLog, followConsole } from "./console-log.ts";
import { cookieSync } from "./cookie-sync.ts";
import type { CookieJar } from "./cookies.ts";
import type { PageDocument } from "./document.ts";
import type { Egress } from "./egress.ts";
import { type EgressProxy, openEgressProxy } from "./egress-proxy.ts";
import { guardContext } from "./guard.ts";
import { type BrowserPool, crashedError, type Lease } from "./pool.ts";
import { createSlots } from "./slots.ts";

export interface Tab {
  /** The page that the task's script drives. */
  page(): Promise<Page>;
  /** Loads a page and lets its scripts work. Null: the address leads to a download. */
  visit(url: URL, headers: Readonly<Record<string, string>>, reason: string): Promise<PageDocument | null>;
  syncCookies(): Promise<void>;
  capture(files: FileStore): Promise<readonly FileDraft[]>;
  close(): Promise<void>;
}

export interface TabParts {
  readonly pool: BrowserPool;
  readonly jar: CookieJar;
  readonly egress: Egress;
  readonly named: NamedHosts;
}

/** The trace of a task that only visits shows at most so many pages. */
const VISITS_PER_TRACE = 20;

/** @param onBroken called once when Chromium or a page of this tab dies */
export async function openTab(
  { pool, jar, egress, named }: TabParts,
  options: BrowsingSessionOptions,
  onBroken: (error: BrowsingError) => void,
): Promise<Tab> {
  const lease = await pool.lease(options.plugins, options.signal);
  const proxy = await openEgressProxy(egress, named);
  try {
    const context = await newContext(lease, options, proxy);
    const tab = new ContextTab({ lease, context, proxy }, cookieSync(jar, context), options);
    await tab.start(onBroken);
    return tab;
  } catch (error) {
    const crashed = !lease.browser.isConnected();
    proxy.close();
    await lease.release();
    throw crashed ? crashedError("Chromium") : error;
  }
}

function newContext(lease: Lease, options: BrowsingSessionOptions, proxy: EgressProxy): Promise<BrowserContext> {
  // Naming both `page` and `download` is how a task asks to save what a click downloads.
  const asked = names(options, "page") && names(options, "download");
  return lease.browser.newContext({
    acceptDownloads: asked,
    serviceWorkers: "block",
    permissions: [],
    proxy: { server: proxy.server, bypass: "<-loopback>" },
  });
}

/** Whether the task names a fixture; a task that destructures nothing gets everything. */
function names(options: BrowsingSessionOptions, fixture: string): boolean {
  return options.fixtures?.includes(fixture) ?? true;
}

interface Place {
  readonly lease: Lease;
  readonly context: BrowserContext;
  readonly proxy: EgressProxy;
}

class ContextTab implements Tab {
  readonly syncCookies: () => Promise<void>;
  readonly #lease: Lease;
  readonly #context: BrowserContext;
  readonly #proxy: EgressProxy;
  readonly #options: BrowsingSessionOptions;
  readonly #console: ConsoleLog;
  /** Visits of one session use one page, one after the other. */
  readonly #turn = createSlots(1);
  readonly #broken = Promise.withResolvers<never>();
  #page: Page | null = null;
  #visiting: Page | null = null;
  /** The page of the last visit may still be busy, or on its way to an error page. It is kept for a picture, not for another visit. */
  #spent = false;
  #visits = 0;
  readonly #faultOf = (url: URL) => this.#proxy.faultOf(url);
  #closed = false;

  constructor({ lease, context, proxy }: Place, syncCookies: () => Promise<void>, options: BrowsingSessionOptions) {
    this.#lease = lease;
    this.#context = context;
    this.#proxy = proxy;
    this.#options = options;
    this.syncCookies = syncCookies;
    this.#console = followConsole(context);
    this.#broken.promise.catch(() => {});
  }

  async start(onBroken: (error: BrowsingError) => void): Promise<void> {
    const broke = (what: string): void => {
      if (this.#closed) return;
      const error = crashedError(what);
      this.#broken.reject(error);
      onBroken(error);
    };
    void this.#lease.crashed.then(() => broke("Chromium"));
    this.#context.on("page", (page) => page.on("crash", () => broke(`The page ${page.url()}`)));
    guardContext(this.#context, this.#options.log);
    await this.syncCookies();
    await startTrace(this.#context, names(this.#options, "page"));
  }

  async page(): Promise<Page> {
    this.#page ??= await this.#context.newPage();
    return this.#page;
  }

  async visit(url: URL, headers: Readonly<Record<string, string>>, reason: string): Promise<PageDocument | null> {
    const leave = await this.#turn.take(this.#options.signal);
    try {
      return await this.#unlessOver(this.#load(url, headers, reason));
    } finally {
      leave();
    }
  }

  capture(files: FileStore): Promise<readonly FileDraft[]> {
    const page = this.#page ?? this.#visiting;
    return capture({ context: this.#context, page, console: this.#console.text() }, files, this.#options.log);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await dropTrace(this.#context);
    await this.#context.close().catch(() => {});
    this.#proxy.close();
    await this.#lease.release();
  }

  async #load(url: URL, headers: Readonly<Record<string, string>>, reason: string): Promise<PageDocument | null> {
    try {
      return await visitInBrowser(await this.#freshPage(), url, headers, reason, this.#faultOf);
    } catch (error) {
      this.#spent = !(error instanceof BrowsingError && error.status !== null);
      if (!isInterrupted(error)) throw error;
      // A script of the page before went elsewhere just now. It cannot reach a page of its own.
      return await visitInBrowser(await this.#freshPage(), url, headers, reason, this.#faultOf);
    }
  }

  async #freshPage(): Promise<Page> {
    if (this.#spent) void this.#visiting?.close().catch(() => {});
    if (this.#spent || this.#visiting?.isClosed()) this.#visiting = null;
    this.#spent = false;
    this.#visiting ??= await this.#context.newPage();
    this.#visits += 1;
    if (this.#page === null && this.#visits % VISITS_PER_TRACE === 0) await restartTrace(this.#context, false);
    return this.#visiting;
  }

  /** A crash or the attempt's end does not wait for Playwright's own time limits. */
  async #unlessOver<T>(work: Promise<T>): Promise<T> {
    const { signal } = this.#options;
    const aborted = Promise.withResolvers<never>();
    const abort = (): void => aborted.reject(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    work.catch(() => {});
    try {
      return await Promise.race([work, this.#broken.promise, aborted.promise]);
    } catch (error) {
      throw this.#lease.browser.isConnected() || signal.aborted ? error : crashedError("Chromium");
    } finally {
      signal.removeEventListener("abort", abort);
    }
  }
}
