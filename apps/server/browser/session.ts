/** What one attempt browses with: its cookies, its pages over HTTP or in Chromium, and what it downloaded. */
import type { Locator } from "playwright-core";
import type { Document, DownloadedFile, DownloadOptions, SitemapOptions, VisitOptions } from "../../sdk/context.ts";
import { BrowsingError, type BrowsingSession, type BrowsingSessionOptions, needsPage } from "../core/browsing.ts";
import { type NamedHosts, namedHosts } from "../core/egress.ts";
import type { FileDraft, Tiers } from "../core/execution.ts";
import { standsFor } from "../core/landing.ts";
import type { CaptureDraft } from "../core/mirror.ts";
import type { SessionState } from "../core/saved-session.ts";
import { chooseTier } from "./auto/auto-visit.ts";
import type { Templates } from "./auto/templates.ts";
import type { Purpose } from "./chromium/browser-visit.ts";
import type { Pace } from "./chromium/pace.ts";
import type { Places } from "./chromium/places.ts";
import type { BrowserPool } from "./chromium/pool.ts";
import { openTab, type Tab } from "./chromium/tab.ts";
import { isHtml, type PageDocument } from "./document/document.ts";
import { Looks } from "./document/look.ts";
import { Scopes } from "./document/scopes.ts";
import { fetchFile } from "./download/fetch-file.ts";
import type { Egress } from "./egress/egress.ts";
import type { Egresses } from "./egress/egresses.ts";
import { createHttpClient } from "./http/http.ts";
import { type HttpTierParts, httpTier } from "./http/http-tier.ts";
import { type HttpTier, patiently, visitOverHttp } from "./http/http-visit.ts";
import { request } from "./http/request.ts";
import type { Identities } from "./identity.ts";
import { Manners, type SharedManners } from "./manners/manners.ts";
import { clickFile } from "./page/click-download.ts";
import { type PageFixtures, pageFixtures } from "./page/page-fixtures.ts";
import { type PageRecorder, recordPage } from "./recording/record-page.ts";
import { changedState, restoreCookies } from "./saved-state.ts";
import { Served } from "./served.ts";
import { MAX_PAGES, pagesOfSite } from "./sitemap/site-pages.ts";
import { webUrl, withoutFragment } from "./web-url.ts";
import { within } from "./within.ts";

export interface SessionParts extends HttpTierParts {
  readonly egresses: Egresses;
  readonly pool: BrowserPool;
  readonly pace: Pace;
  readonly loadTimeout: number;
  readonly places: Places;
  readonly identities: Identities;
  readonly manners: SharedManners;
  readonly templates: Templates;
}

/** Opens a session; Chromium starts here only when the task names what needs a page. */
export async function openSession(
  parts: SessionParts,
  options: BrowsingSessionOptions,
  onClose: () => void,
): Promise<BrowsingSession> {
  const session = new Session(parts, options, await parts.identities.userAgentFor(options), onClose);
  if (needsPage(options.fixtures)) await session.makePage();
  return session;
}

const ASKED_FOR: Purpose = { reason: "the task asked for it", why: "asked_for", source: false };
/** Storage of origins that no page is at now takes a page for each. */
const STATE_TIMEOUT = 15_000;

class Session implements BrowsingSession {
  readonly given = new Scopes();
  readonly broken: Promise<BrowsingError>;
  readonly #parts: SessionParts;
  readonly #options: BrowsingSessionOptions;
  readonly #http: HttpTier;
  readonly #manners: Manners;
  readonly #egress: Egress;
  readonly #named: NamedHosts;
  readonly #downloads: FileDraft[] = [];
  readonly #looks = new Looks();
  readonly #served = new Served();
  #received = 0;
  readonly #onClose: () => void;
  readonly #break: (error: BrowsingError) => void;
  #tab: Promise<Tab> | null = null;
  #opened: Tab | null = null;
  #closed = false;
  #pageFixtures: PageFixtures | null = null;
  #recorder: PageRecorder | null = null;

  constructor(parts: SessionParts, options: BrowsingSessionOptions, userAgent: string, onClose: () => void) {
    this.#parts = parts;
    this.#onClose = onClose;
    this.#options = options;
    this.#named = namedHosts(options.allowHosts ?? []);
    this.#egress = parts.egresses.of(options.proxies ?? []);
    const client = createHttpClient(this.#egress, this.#named);
    const manners = new Manners(parts.manners, client, options);
    this.#manners = manners;
    this.#http = httpTier(parts, options, { client, manners, userAgent });
    if (options.saved) restoreCookies(this.#http.jar, options.saved);
    const broken = Promise.withResolvers<BrowsingError>();
    this.broken = broken.promise;
    this.#break = broken.resolve;
  }

  get fixtures(): BrowsingSession["fixtures"] {
    // The door's two signatures (`required: true` never gives null) are one function behind it.
    const save = (target: string | Locator, options?: DownloadOptions) => this.#download(target, options ?? {});
    return {
      visit: (url, options) => this.#visit(url, options ?? {}),
      download: save as BrowsingSession["fixtures"]["download"],
      sitemap: (url, options) => this.#sitemap(url, options ?? {}),
      request: (url, options) =>
        request({ ...this.#http, egress: this.#egress, named: this.#named }, url, options ?? {}),
      ...this.#pageFixtures,
    };
  }

  async makePage(): Promise<void> {
    const tab = await this.#openTab(null);
    const page = await tab.page();
    this.#recorder = await recordPage(page, this.#options);
    this.#pageFixtures = pageFixtures(page, this.#options, (url, hrefs, asked) => this.given.note(url, hrefs, asked));
  }

  async changedState(): Promise<SessionState | null> {
    const { saved, log } = this.#options;
    if (saved === undefined) return null;
    try {
      const tab = await this.#tab;
      await tab?.syncCookies();
      return await within(STATE_TIMEOUT, changedState(this.#http.jar, tab?.context ?? null, saved));
    } catch (error) {
      log("warn", `The session could not be saved: ${error instanceof Error ? error.message : String(error)}`);
      return null;
    }
  }

  downloads(): readonly FileDraft[] {
    return [...this.#downloads];
  }

  async captures(): Promise<readonly CaptureDraft[]> {
    return (await this.#http.mirror?.captures()) ?? [];
  }

  async recording(): Promise<FileDraft | null> {
    return this.#recorder?.save(this.#parts.files) ?? null;
  }

  sightings(): ReturnType<BrowsingSession["sightings"]> {
    return this.#http.recrawl?.drafts() ?? [];
  }

  tiers(): Tiers {
    return this.#served.tiers();
  }

  received(): number {
    return this.#received + (this.#opened?.received() ?? 0);
  }

  look(): number | null {
    return this.#looks.sum();
  }

  async capture(): Promise<readonly FileDraft[]> {
    const tab = await this.#tab?.catch(() => null);
    return tab ? tab.capture(this.#parts.files) : [];
  }

  async close(): Promise<void> {
    const tab = await this.#tab?.catch(() => null);
    this.#closed = true;
    this.#tab = null;
    await tab?.close();
    this.#onClose();
  }

  async #visit(text: string, options: VisitOptions): Promise<Document> {
    const url = webUrl(text);
    const render = options.render ?? this.#options.render;
    const document =
      render === "always"
        ? await this.#visitInTab(url, options, ASKED_FOR)
        : await this.#visitOverHttp(url, options, render);
    document.onLinks = (hrefs, asked) => {
      this.#looks.note(document);
      this.given.note(document.url, hrefs, asked);
    };
    if (document.tier === "browser") {
      document.changed = (await this.#http.recrawl?.rendered(document, document.html)) ?? true;
      await this.#http.mirror?.rendered(this.#http, document, withoutFragment(url));
    }
    this.#served.note(document);
    // What Chromium loads is counted where it comes in.
    if (document.tier === "http") this.#received += Buffer.byteLength(document.html);
    const how = document.tier === "http" ? "over HTTP" : "in Chromium";
    this.#options.log("info", `${document.status} ${document.url} ${how}: ${document.tierReason}`);
    return document;
  }

  async #visitOverHttp(url: URL, options: VisitOptions, render: "auto" | "never"): Promise<PageDocument> {
    await this.#syncCookies();
    const document = await this.#fetch(url, options);
    await this.#syncCookies();
    if (render === "never" || !isHtml(document.type)) return document;
    return chooseTier(document, {
      templates: this.#parts.templates,
      signal: this.#options.signal,
      isInChromium: this.#tab !== null,
      log: this.#options.log,
      render: (reason, why) => this.#visitInTab(url, options, { reason, why, source: true }),
    });
  }

  async #visitInTab(url: URL, options: VisitOptions, purpose: Purpose): Promise<PageDocument> {
    const look = this.#http.recrawl?.look("page", options.headers);
    const document = await patiently(() => this.#loadInTab(url, options, purpose)).catch((error: unknown) => {
      look?.failed(error, url);
      throw error;
    });
    if (document) return document;
    // What a browser would download is no page: HTTP tells its type without loading it.
    await this.#syncCookies();
    return this.#fetch(url, options);
  }

  #fetch(url: URL, options: VisitOptions): Promise<PageDocument> {
    const { onlyHtmlAt } = this.#options;
    const wants = onlyHtmlAt && standsFor(onlyHtmlAt, url.href) ? "html" : "text";
    return visitOverHttp(this.#http, url, options.headers ?? {}, wants);
  }

  async #loadInTab(url: URL, options: VisitOptions, purpose: Purpose): Promise<PageDocument | null> {
    const leave = await this.#manners.admit(url);
    try {
      const tab = await this.#openTab(url.origin);
      const document = await tab.visit(url, options.headers ?? {}, purpose);
      // Where redirects and scripts led may be forbidden though the start was not.
      if (document && document.url !== url.href) await this.#manners.check(new URL(document.url));
      return document;
    } catch (error) {
      if (error instanceof BrowsingError && error.status) this.#manners.heard(url, error.status, error.retryAfter);
      throw error;
    } finally {
      leave();
    }
  }

  async #download(target: string | Locator, options: DownloadOptions): Promise<DownloadedFile | null> {
    const { files } = this.#parts;
    const { log } = this.#options;
    await this.#syncCookies();
    const file =
      typeof target === "string"
        ? await fetchFile({ tier: this.#http, files, log }, webUrl(target), options, this.given.mayBePage(target))
        : await clickFile({ files, log }, target, options);
    await this.#syncCookies();
    if (file) {
      const { changed: _changed, ...stored } = file;
      if (typeof target === "string") this.#received += file.size;
      this.#downloads.push({ role: "download", ...stored });
      log("info", `downloaded ${file.name} (${file.size} bytes) from ${file.url}`);
    }
    return file;
  }

  async #sitemap(text: string, { limit = MAX_PAGES }: SitemapOptions): Promise<string[]> {
    await this.#syncCookies();
    return pagesOfSite({ tier: this.#http, log: this.#options.log, limit }, this.#manners, webUrl(text));
  }

  async #syncCookies(): Promise<void> {
    this.#expectOpen();
    if (this.#tab) await (await this.#tab).syncCookies();
  }

  #expectOpen(): void {
    if (this.#closed) throw new Error("This session is closed.");
  }

  async #openTab(origin: string | null): Promise<Tab> {
    this.#expectOpen();
    if (this.#tab) return this.#tab;
    const opening = openTab(
      { ...this.#parts, egress: this.#egress, named: this.#named, jar: this.#http.jar },
      this.#options,
      origin,
      this.#break,
    );
    this.#tab = opening;
    try {
      this.#opened = await opening;
    } catch (error) {
      // A script that catches the error and visits again deserves another try.
      if (this.#tab === opening) this.#tab = null;
      throw error;
    }
    return opening;
  }
}
