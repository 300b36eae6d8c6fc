/** What the page of visits is doing, as Chromium's own events tell: where it goes, what it waits for, what it was answered. */
import type { CDPSession } from "playwright-core";
import type { PageStep } from "../../core/mirror.ts";
import { MAX_PAGE_BYTES } from "../http/page-body.ts";
import { Changes } from "./changes.ts";
import { type Answered, type AskedRequest, NetworkLog } from "./network-log.ts";
import { PageWays } from "./page-way.ts";

/** The answer that the document in the main frame came with. */
export interface MainAnswer {
  readonly status: number;
  readonly type: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** A page that goes elsewhere by itself more often than this leads in circles. */
export const MAX_NAVIGATIONS = 10;
/** What scripts wait for before they show anything. */
const AWAITED = new Set(["Document", "Script", "Fetch", "XHR"]);

export class Traffic {
  readonly log = new NetworkLog();
  /** Origins that the main frame was at. */
  readonly origins = new Set<string>();
  /** Frames inside of others' pages: their storage is kept apart where it cannot be cleared. */
  hasStrangers = false;
  /** Whether a page kept something for its own window. */
  keepsSession = false;
  /** Where the main frame was sent in this visit, redirects not counted. */
  chain: string[] = [];
  /** The redirects of its last way, from the address asked for on. */
  hops: string[] = [];
  /** Seconds until the page sends itself elsewhere, or null. */
  leavesIn: number | null = null;
  /** Why the main frame did not get its document, or not the whole of it; or null. */
  failure: string | null = null;
  /** The document of the main frame is larger than a page may be, and is not loaded any further. */
  isTooLarge = false;
  /** Requests under way that scripts may be waiting for. */
  readonly #pending = new Set<string>();
  readonly #session: CDPSession;
  readonly #frame: string;
  readonly #answers = new Map<string, MainAnswer>();
  readonly #ways = new PageWays();
  #document = "";
  /** The document that the main frame asked for last. */
  #latest = "";
  #unanswered: string | null = null;
  /** Bytes of the document, unpacked. */
  #size = 0;
  /** The main frame shows a document of this visit, and stays there though it was to show another one. */
  #isHere = false;
  #stays = false;
  /** The page has said that it goes elsewhere, and has not asked for it yet. */
  #isLeaving = false;
  #isLoaded = false;
  #isReady = false;
  /** In milliseconds, without the way it is on now; and since when it is on that, or null. */
  #travelled = 0;
  #travelsSince: number | null = null;
  /** Requests for documents of the main frame. */
  readonly #asked = new Set<string>();
  readonly #changes = new Changes();

  /** @param frame id of the main frame */
  constructor(session: CDPSession, frame: string) {
    this.#session = session;
    this.#frame = frame;
    this.#followRequests(session);
    this.#followPage(session);
  }

  /** A new visit begins. */
  begin(): void {
    this.chain = [];
    this.hops = [];
    this.leavesIn = null;
    this.failure = null;
    this.isTooLarge = false;
    this.#pending.clear();
    this.#answers.clear();
    this.#ways.clear();
    this.#asked.clear();
    this.#unanswered = null;
    this.#size = 0;
    this.#isHere = false;
    this.#stays = false;
    this.#isLeaving = false;
    this.#isLoaded = false;
    this.#isReady = false;
    this.#travelled = 0;
    this.#travelsSince = null;
  }

  /** Forgets whoever caused it. */
  clear(): void {
    this.begin();
    this.log.clear();
    this.origins.clear();
    this.hasStrangers = false;
    this.keepsSession = false;
  }

  /** Nothing that scripts may be waiting for is under way, the next page included. */
  get isQuiet(): boolean {
    return this.#pending.size === 0 && !this.#isLeaving;
  }

  /** Milliseconds of this visit between asking for documents of the main frame and having the whole of them. */
  get travelled(): number {
    return this.#travelled + (this.#travelsSince === null ? 0 : performance.now() - this.#travelsSince);
  }

  get isLoaded(): boolean {
    return this.#isLoaded;
  }

  /** The main frame is to show another document, and has no answer yet. */
  get isOnTheWay(): boolean {
    return this.#unanswered !== null;
  }

  /** The document is whole, though pictures and the like may be missing. */
  get isReady(): boolean {
    return this.#isReady;
  }

  get answer(): MainAnswer | null {
    return this.#answers.get(this.#document) ?? null;
  }

  /** How it came to the document in the main frame. */
  get way(): readonly PageStep[] {
    return this.#ways.of(this.#document);
  }

  /**
   * Resolves with true as soon as the condition holds, or with false after the limit.
   * @param limit in milliseconds
   */
  until(condition: () => boolean, limit: number): Promise<boolean> {
    return this.#changes.until(condition, limit);
  }

  #followRequests(session: CDPSession): void {
    session.on("Network.requestWillBeSent", (event) => {
      const { requestId, request, type = "", redirectResponse } = event;
      this.log.asked(event satisfies AskedRequest, (redirectResponse as Answered | undefined) ?? null);
      if (AWAITED.has(type)) this.#pending.add(requestId);
      if (type === "Document" && event.frameId === this.#frame) {
        this.#asked.add(requestId);
        this.#unanswered = requestId;
        this.#latest = requestId;
        this.#size = 0;
        this.#isLeaving = false;
        this.#travelsSince ??= performance.now();
        this.#goes(request.url, redirectResponse !== undefined);
        this.#ways.asked(event);
      } else this.#ways.forget(requestId);
      this.#changes.tell();
    });
    session.on("Network.requestWillBeSentExtraInfo", ({ requestId, headers }) => this.#ways.sent(requestId, headers));
    session.on("Network.responseReceived", ({ requestId, type, response, frameId, hasExtraInfo }) => {
      this.log.answered(requestId, response);
      if (type !== "Document" || frameId !== this.#frame) return this.#ways.forget(requestId);
      this.#ways.answered(requestId, hasExtraInfo);
      if (requestId === this.#unanswered) this.#unanswered = null;
      this.#answers.set(requestId, {
        status: response.status,
        type: response.mimeType,
        headers: { ...this.#answers.get(requestId)?.headers, ...lower(response.headers) },
      });
    });
    // Tells cookies as well, which the other event leaves out. Either may be the first.
    session.on("Network.responseReceivedExtraInfo", ({ requestId, headers, statusCode }) => {
      const known = this.#answers.get(requestId);
      this.#answers.set(requestId, {
        status: statusCode,
        type: "",
        ...known,
        headers: { ...known?.headers, ...lower(headers) },
      });
    });
    session.on("Network.dataReceived", ({ requestId, dataLength }) => {
      if (!this.#asked.has(requestId)) return;
      this.#size += dataLength;
      if (this.#size > MAX_PAGE_BYTES) this.#refuse();
    });
    session.on("Network.loadingFinished", ({ requestId, timestamp, encodedDataLength }) => {
      this.log.finished(requestId, timestamp, encodedDataLength);
      this.#ended(requestId);
    });
    session.on("Network.loadingFailed", ({ requestId, timestamp, errorText, canceled }) => {
      this.log.failed(requestId, timestamp, errorText);
      if (requestId === this.#unanswered) this.#unanswered = null;
      if (requestId === this.#latest && requestId !== this.#document) {
        this.#stays = this.#isHere;
        this.#arrives();
      }
      // A download and a navigation that another overtakes end as aborted; neither says anything about a document.
      if (this.#asked.has(requestId) && canceled !== true && errorText !== "net::ERR_ABORTED") this.failure = errorText;
      this.#ended(requestId);
    });
  }

  #followPage(session: CDPSession): void {
    session.on("Page.frameNavigated", ({ frame }) => {
      const origin = originOf(frame.url);
      if (frame.id !== this.#frame) {
        if (origin !== null && !this.origins.has(origin)) this.hasStrangers = true;
        return;
      }
      if (origin !== null) this.origins.add(origin);
      this.#document = frame.loaderId;
      this.#isHere = true;
      this.#stays = false;
      this.#isLeaving = false;
      this.#isLoaded = false;
      this.#isReady = false;
      this.leavesIn = null;
      if (!frame.url.startsWith("chrome-error:")) this.failure = null;
      this.#changes.tell();
    });
    session.on("Page.domContentEventFired", () => {
      this.#isReady = true;
      this.#arrives();
      this.#changes.tell();
    });
    session.on("Page.loadEventFired", () => {
      this.#isLoaded = true;
      this.#changes.tell();
    });
    // A page that is leaving for a place that is no page (a mail program, a download) stays, and is told neither ready nor loaded.
    session.on("Page.frameStoppedLoading", ({ frameId }) => {
      if (frameId !== this.#frame) return;
      this.#isLeaving = false;
      if (this.#stays && !this.isOnTheWay) {
        this.#isReady = true;
        this.#isLoaded = true;
      }
      this.#changes.tell();
    });
    // What was scheduled is told as cleared when its time has come, and that may be before the request for it is told.
    session.on("Page.frameRequestedNavigation", ({ frameId, disposition }) => {
      if (frameId === this.#frame && disposition === "currentTab") this.#isLeaving = true;
    });
    session.on("Page.navigatedWithinDocument", ({ frameId }) => {
      if (frameId !== this.#frame) return;
      this.#isLeaving = false;
      this.#changes.tell();
    });
    session.on("Page.frameScheduledNavigation", ({ frameId, delay }) => {
      if (frameId === this.#frame) this.leavesIn = delay;
    });
    session.on("Page.frameClearedScheduledNavigation", ({ frameId }) => {
      if (frameId === this.#frame) this.leavesIn = null;
      this.#changes.tell();
    });
    session.on("DOMStorage.domStorageItemAdded", ({ storageId }) => {
      if (!storageId.isLocalStorage) this.keepsSession = true;
    });
  }

  #goes(url: string, isRedirect: boolean): void {
    if (isRedirect) this.hops.push(url);
    else {
      this.chain.push(url);
      this.hops = [url];
      // Going nowhere ends it.
      if (this.chain.length === MAX_NAVIGATIONS + 1)
        this.#session.send("Page.navigate", { url: "about:blank" }).catch(() => {});
    }
  }

  #arrives(): void {
    this.#travelled = this.travelled;
    this.#travelsSince = null;
  }

  #refuse(): void {
    if (this.isTooLarge) return;
    this.isTooLarge = true;
    this.#session.send("Page.stopLoading").catch(() => {});
    this.#changes.tell();
  }

  #ended(requestId: string): void {
    this.#pending.delete(requestId);
    this.#changes.tell();
  }
}

function originOf(url: string): string | null {
  const parsed = URL.parse(url);
  return parsed && /^https?:$/.test(parsed.protocol) ? parsed.origin : null;
}

function lower(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
