/** The page of visits: one page of Chromium, talked to in its own protocol, as Playwright's comfort costs time for every page. */
import type { CDPSession, Page } from "playwright-core";
import { MAX_PAGE_BYTES } from "../http/page-body.ts";
import { within } from "../within.ts";
import { blockAssets } from "./blocking.ts";
import { type Taken, takeDocument } from "./in-page.ts";
import { Traffic } from "./traffic.ts";
import { sinceNow } from "./vitals.ts";
import { pageProcesses } from "./watch.ts";
import { whileAlive } from "./while-alive.ts";

export class VisitPage {
  readonly page: Page;
  readonly traffic: Traffic;
  readonly #session: CDPSession;
  readonly #frame: string;
  /** Seconds that scripts of this page have run so far, or were seen to. */
  #scriptSeconds = 0;
  /** Whether a script may have run here since the last `forget`. */
  #ranScripts = false;

  static async open(page: Page, block: boolean): Promise<VisitPage> {
    const session = await page.context().newCDPSession(page);
    const [{ frameTree }] = await Promise.all([
      session.send("Page.getFrameTree"),
      session.send("Page.enable"),
      session.send("Performance.enable"),
      session.send("DOMStorage.enable"),
      session.send("Network.enable", { maxTotalBufferSize: 0, maxResourceBufferSize: 0 }),
    ]);
    if (block) await blockAssets(session);
    return new VisitPage(page, session, frameTree.frame.id);
  }

  private constructor(page: Page, session: CDPSession, frame: string) {
    this.page = page;
    this.#session = session;
    this.#frame = frame;
    this.traffic = new Traffic(session, frame);
  }

  /** Resolves when the page has begun to show the answer. */
  async navigate(url: string): Promise<{ readonly error: string | null; readonly isDownload: boolean }> {
    const { errorText, isDownload } = await this.#session.send("Page.navigate", { url });
    return { error: errorText ?? null, isDownload: isDownload ?? false };
  }

  /** Without a script that ran, and quiet = 0, nothing can change any more. */
  async take(quiet: number, limit: number): Promise<Taken & { readonly ranScripts: boolean }> {
    const expression = `(${takeDocument})(${JSON.stringify({ quiet, limit, most: MAX_PAGE_BYTES })})`;
    const [{ result, exceptionDetails }, ranScripts] = await Promise.all([
      this.#session.send("Runtime.evaluate", { expression, returnByValue: true, awaitPromise: quiet > 0 }),
      this.#runsScripts(),
    ]);
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return { ...(result.value as Taken), ranScripts };
  }

  /** The text of an answer that is no page. */
  async text(url: string): Promise<string> {
    const { content, base64Encoded } = await this.#session.send("Page.getResourceContent", {
      frameId: this.#frame,
      url,
    });
    return base64Encoded ? Buffer.from(content, "base64").toString() : content;
  }

  /** The work's result, unless the page hangs meanwhile: see `whileAlive`. */
  whileAlive<T>(work: Promise<T>): Promise<T> {
    const ask = () => this.#session.send("Runtime.evaluate", { expression: "0" });
    // Chromium keeps questions back from a page that is about to be left.
    const browser = this.page.context().browser();
    const since = () => sinceNow(() => pageProcesses(browser));
    return whileAlive({ ask, since, isExcused: () => this.traffic.isOnTheWay }, work);
  }

  /**
   * Forgets what pages left in their browser, cookies excepted. False: what they left in this page's own window remains, so that it
   * must be closed.
   * @param timeout in milliseconds, for each step
   */
  async forget(timeout: number): Promise<boolean> {
    const { traffic } = this;
    // Without scripts a page can neither keep anything nor go on when its session is over. Frames of other sites count for themselves.
    if (this.#ranScripts || traffic.hasStrangers || (await within(timeout, this.#runsScripts()))) {
      await within(timeout, this.#leave());
      if (traffic.keepsSession || traffic.hasStrangers) return false;
    }
    await within(timeout, this.#session.send("Page.resetNavigationHistory"));
    this.#ranScripts = false;
    traffic.clear();
    return true;
  }

  async hasCookies(): Promise<boolean> {
    return (await this.#session.send("Network.getAllCookies")).cookies.length > 0;
  }

  async #leave(): Promise<void> {
    await this.#session.send("Page.navigate", { url: "about:blank" });
    await Promise.all([
      this.#session.send("Runtime.evaluate", { expression: "window.name = ''" }),
      this.#session.send("Storage.clearDataForOrigin", { origin: "*", storageTypes: STORAGES }),
    ]);
    await this.#runsScripts();
  }

  /** Whether any script has run since this was asked last. */
  async #runsScripts(): Promise<boolean> {
    const { metrics } = await this.#session.send("Performance.getMetrics");
    const seconds = metrics.find(({ name }) => name === "ScriptDuration")?.value ?? Number.NaN;
    // A page in a new process counts from 0.
    const ran = seconds !== 0 && seconds !== this.#scriptSeconds;
    this.#scriptSeconds = seconds;
    this.#ranScripts ||= ran;
    return ran;
  }
}

/** Everything but cookies, which are cleared for all origins at once, and the HTTP cache. */
const STORAGES = "file_systems,indexeddb,local_storage,websql,service_workers,cache_storage,storage_buckets,other";
