/** How a session treats hosts: what their robots.txt forbids, how many requests at a time, when they want to be left alone. */
import { BrowsingError, type BrowsingSessionOptions } from "../../core/browsing.ts";
import { DEFAULT_PER_HOST, gapOf, type HostGates, type PerHost, pauseAfter } from "../../core/politeness.ts";
import type { HttpClient } from "../http/http.ts";
import type { RobotsFiles } from "./robots-files.ts";

/** What all sessions of a runner share, so that they are polite together. */
export interface SharedManners {
  readonly gates: Pick<HostGates, "enter" | "pause">;
  readonly robots: RobotsFiles;
}

export class Manners {
  readonly #shared: SharedManners;
  readonly #client: HttpClient;
  readonly #obeys: boolean;
  readonly #perHost: PerHost;
  readonly #signal: AbortSignal;

  constructor(shared: SharedManners, client: HttpClient, options: BrowsingSessionOptions) {
    this.#shared = shared;
    this.#client = client;
    this.#obeys = options.robots !== "ignore";
    this.#perHost = { ...DEFAULT_PER_HOST, ...options.perHost };
    this.#signal = options.signal;
  }

  /** Waits until `url` may be asked for. Resolves with what to call once that is over; rejects when robots.txt forbids it. */
  async admit(url: URL): Promise<() => void> {
    const crawlDelay = await this.check(url);
    const perHost = { ...this.#perHost, delay: gapOf(this.#perHost, crawlDelay) };
    return this.#shared.gates.enter(url.host, perHost, this.#signal);
  }

  /** Rejects when robots.txt forbids `url`; else resolves with the Crawl-delay. */
  async check(url: URL): Promise<number | null> {
    if (!this.#obeys) return null;
    const robots = await this.#shared.robots.of(this.#client, url, this.#signal);
    if (robots.allows(url.pathname + url.search)) return robots.crawlDelay;
    throw new BrowsingError(
      "robots_disallowed",
      `${url.origin}/robots.txt forbids ${url.href}. If you may fetch it all the same, give the task the option robots: "ignore".`,
      { retryable: false },
    );
  }

  /** The site maps that the robots.txt of an origin names. */
  async sitemaps(url: URL): Promise<readonly URL[]> {
    const robots = await this.#shared.robots.of(this.#client, url, this.#signal);
    return robots.sitemaps.flatMap((address) => URL.parse(address, url.origin) ?? []);
  }

  /** Takes to heart what a host answered. */
  heard(url: URL, status: number, retryAfter: number | null): void {
    const pause = pauseAfter(status, retryAfter);
    if (pause > 0) this.#shared.gates.pause(url.host, pause);
  }
}
