/** One session's stay in Chromium: a place with its pages, and what they said and did. */
import type { BrowserContext, Page } from "playwright-core";
import { BrowsingError, type BrowsingSessionOptions, needsPage } from "../../core/browsing.ts";
import type { NamedHosts } from "../../core/egress.ts";
import type { FileDraft } from "../../core/execution.ts";
import type { FileStore } from "../../core/files.ts";
import type { PageDocument } from "../document/document.ts";
import type { Egress } from "../egress/egress.ts";
import type { CookieJar } from "../http/cookies.ts";
import { type Purpose, visitInBrowser } from "./browser-visit.ts";
import { capture } from "./capture.ts";
import { isInterrupted } from "./chromium-error.ts";
import { type CookieSync, cookieSync } from "./cookie-sync.ts";
import type { Pace } from "./pace.ts";
import { openPlace, type Place } from "./place.ts";
import { close as closePlace, type Places } from "./places.ts";
import { type BrowserPool, crashedError, type Lease } from "./pool.ts";
import { createSlots } from "./slots.ts";
import type { VisitPage } from "./visit-page.ts";

export interface Tab {
  /** The page that the task's script drives. */
  page(): Promise<Page>;
  /** Loads a page and lets its scripts work. Null: the address leads to a download. */
  visit(url: URL, headers: Readonly<Record<string, string>>, purpose: Purpose): Promise<PageDocument | null>;
  syncCookies(): Promise<void>;
  /** Bytes that its pages loaded so far, whatever it was, as sent. */
  received(): number;
  readonly context: BrowserContext;
  capture(files: FileStore): Promise<readonly FileDraft[]>;
  close(): Promise<void>;
}

export interface TabParts {
  readonly pool: BrowserPool;
  readonly pace: Pace;
  /** How long a page may take to load, in milliseconds. */
  readonly loadTimeout: number;
  readonly jar: CookieJar;
  readonly egress: Egress;
  readonly named: NamedHosts;
  readonly places: Places;
}

/**
 * @param origin where the first visit goes, or null
 * @param onBroken called once when Chromium or a page of this tab dies
 */
export async function openTab(
  parts: TabParts,
  options: BrowsingSessionOptions,
  origin: string | null,
  onBroken: (error: BrowsingError) => void,
): Promise<Tab> {
  const lease = await parts.pool.lease(options.plugins, options.signal);
  let seat: Seat | null = null;
  try {
    seat = await takeSeat(parts, lease, options, origin);
    const tab = new PlaceTab(seat, cookieSync(parts.jar, seat.place.context), parts, options);
    await tab.start(onBroken);
    return tab;
  } catch (error) {
    const crashed = !lease.browser.isConnected();
    if (seat) await closePlace(seat.place);
    await lease.release();
    throw crashed ? crashedError("Chromium") : error;
  }
}

interface Seat {
  readonly lease: Lease;
  readonly place: Place;
  /** Gives the place back, so that another session can sit there. */
  leave(): Promise<void>;
}

async function takeSeat(
  { places, egress, named }: TabParts,
  lease: Lease,
  options: BrowsingSessionOptions,
  origin: string | null,
): Promise<Seat> {
  const scripted = needsPage(options.fixtures);
  // Trace and network log hold every cookie, so of what is kept sealed elsewhere there is none.
  const isSealed = options.saved !== undefined;
  const block = options.block !== "none";
  // Naming both `page` and `download` is how a task asks to save what a click downloads.
  const needs = {
    named,
    downloads: scripted && names(options, "download"),
    film: scripted && !isSealed,
    block,
    saved: options.saved,
  };
  // What others loaded through another way out, or what they were shown there, is not for this one.
  if (scripted || isSealed || options.proxies?.length) {
    const place = await openPlace(lease.browser, egress, needs);
    return { lease, place, leave: () => closePlace(place) };
  }
  const key = JSON.stringify([block, options.allowHosts ?? []]);
  const place = await places.take(lease.browser, key, needs, origin);
  return { lease, place, leave: () => places.give(lease.browser, key, place) };
}

/** Whether the task names a fixture; a task that destructures nothing gets everything. */
function names(options: BrowsingSessionOptions, fixture: string): boolean {
  return options.fixtures?.includes(fixture) ?? true;
}

class PlaceTab implements Tab {
  readonly #cookies: CookieSync;
  readonly #parts: Pick<TabParts, "egress" | "pace" | "loadTimeout">;
  readonly #seat: Seat;
  readonly #options: BrowsingSessionOptions;
  /** Visits of one session use one page, one after the other. */
  readonly #turn = createSlots(1);
  readonly #broken = Promise.withResolvers<never>();
  readonly #before: number;
  #page: Page | null = null;
  /** The page of the last visit may still be busy, or on its way to an error page. It is kept for a picture, not for another visit. */
  #spent = false;
  /** A trace that was taken cannot go on. */
  #captured = false;
  #closed = false;

  constructor(
    seat: Seat,
    cookies: CookieSync,
    parts: Pick<TabParts, "egress" | "pace" | "loadTimeout">,
    options: BrowsingSessionOptions,
  ) {
    this.#parts = parts;
    this.#seat = seat;
    this.#before = seat.place.received;
    this.#options = options;
    this.#cookies = cookies;
    this.#broken.promise.catch(() => {});
  }

  async start(onBroken: (error: BrowsingError) => void): Promise<void> {
    const { lease, place } = this.#seat;
    const broke = (what: string): void => {
      if (this.#closed) return;
      this.#spent = true;
      const error = crashedError(what);
      this.#broken.reject(error);
      onBroken(error);
    };
    void lease.crashed.then(() => broke("Chromium"));
    place.tenant = { log: this.#options.log, broke };
    await this.#cookies.push();
  }

  syncCookies(): Promise<void> {
    return this.#cookies.exchange();
  }

  received(): number {
    return this.#seat.place.received - this.#before;
  }

  get context(): BrowserContext {
    return this.#seat.place.context;
  }

  async page(): Promise<Page> {
    this.#page ??= await this.#seat.place.context.newPage();
    return this.#page;
  }

  async visit(url: URL, headers: Readonly<Record<string, string>>, purpose: Purpose): Promise<PageDocument | null> {
    const leave = await this.#turn.take(this.#options.signal);
    try {
      await this.#cookies.push();
      return await this.#unlessOver(this.#loadInTime(url, headers, purpose));
    } finally {
      leave();
    }
  }

  capture(files: FileStore): Promise<readonly FileDraft[]> {
    this.#captured = true;
    const { context, console, needs, visitor } = this.#seat.place;
    const network = needs.saved === undefined ? (visitor?.traffic.log ?? null) : null;
    const scene = { context, isFilmed: needs.film, page: this.#page ?? visitor?.page ?? null, network };
    return capture({ ...scene, console: console.text() }, files, this.#options.log);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    const { lease, place, leave } = this.#seat;
    const isUsed = this.#page !== null || this.#captured || this.#spent || this.#options.signal.aborted;
    await (isUsed ? closePlace(place) : leave());
    await lease.release();
  }

  async #loadInTime(url: URL, headers: Readonly<Record<string, string>>, purpose: Purpose) {
    const { signal, log } = this.#options;
    const leave = await this.#parts.pace.enter(signal, (text) => log("info", text));
    try {
      // What goes on in a page that died, or was given up, ends at its own time limit only, and must keep nobody waiting.
      return await this.#unlessOver(this.#load(url, headers, purpose));
    } finally {
      leave();
    }
  }

  async #load(url: URL, headers: Readonly<Record<string, string>>, purpose: Purpose): Promise<PageDocument | null> {
    const { place } = this.#seat;
    const asked = { url, headers, purpose, timeout: this.#parts.loadTimeout };
    const way = {
      faultOf: (failed: URL) => place.faultOf(failed),
      reader: (url: URL) => this.#parts.egress.reader(url),
    };
    try {
      return await visitInBrowser(await this.#freshPage(), asked, way);
    } catch (error) {
      this.#spent = !(error instanceof BrowsingError && error.status !== null);
      if (!isInterrupted(error)) throw error;
      // A script of the page before went elsewhere just now. It cannot reach a page of its own.
      return await visitInBrowser(await this.#freshPage(), asked, way);
    }
  }

  async #freshPage(): Promise<VisitPage> {
    const { place } = this.#seat;
    if (this.#spent) place.abandonPage();
    this.#spent = false;
    return place.visitingPage();
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
      throw this.#seat.lease.browser.isConnected() || signal.aborted ? error : crashedError("Chromium");
    } finally {
      signal.removeEventListener("abort", abort);
    }
  }
}
