/** How gently a host is asked: rules and numbers. The browser room keeps them. */

/** What one host is asked at most. */
export interface PerHost {
  /** Requests at a time. */
  readonly concurrency: number;
  /** Milliseconds between the starts of two requests. */
  readonly delay: number;
}

/** One gate per host. */
export interface HostGates {
  /** Waits for a place, first come, first served. Resolves with how to give it back; rejects when `signal` aborts. */
  enter(host: string, perHost: PerHost, signal: AbortSignal): Promise<() => void>;
  /** Leaves a host alone for so many milliseconds. */
  pause(host: string, milliseconds: number): void;
  /** Counts a request that is under way already. */
  occupy(host: string): () => void;
  /** For how many milliseconds the host is left alone still. */
  pausedFor(host: string): number;
  standing(host: string): { readonly active: number };
}

export const DEFAULT_PER_HOST: PerHost = { concurrency: 8, delay: 0 };

/** The product token that robots.txt files know us by. */
export const ROBOTS_AGENT = "Ultravisor";

/** A Crawl-delay beyond this is taken for this: a site that means "never" says Disallow. */
export const LONGEST_CRAWL_DELAY = 30_000;

/** A host that asks to be left alone for longer is left to the task's own retry, so that its attempts do not hold up other hosts'. */
export const HOST_PATIENCE = 30_000;

/** What a host is granted that says 429 (too many requests) and not for how long. */
const UNSAID_PAUSE = 1000;

/** Milliseconds between the starts of two requests to a host. */
export function gapOf(perHost: PerHost, crawlDelay: number | null): number {
  return Math.max(perHost.delay, Math.min(crawlDelay ?? 0, LONGEST_CRAWL_DELAY));
}

/** How long a host is left alone after an answer, in milliseconds. */
export function pauseAfter(status: number, retryAfter: number | null): number {
  if (status === 429) return retryAfter ?? UNSAID_PAUSE;
  return status === 503 ? (retryAfter ?? 0) : 0;
}
