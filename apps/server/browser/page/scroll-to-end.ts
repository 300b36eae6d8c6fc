/** Scrolls a page that grows as one scrolls, until it grows no more or is as long as it may get. */
import type { Page, Request } from "playwright-core";
import type { Scrolled, ScrollOptions } from "../../../sdk/context.ts";
import { until } from "../until.ts";

const TIMEOUT = 30_000;
const ROUNDS = 1000;
const HEIGHT = 1_000_000;
/** Scripts that are told of the scrolling by a timer or an observer need a moment before they ask for more. */
const QUIET = 400;
/** What takes longer is no answer, but a line that is kept open. */
const PATIENCE = 10_000;
/** What a page may wait for before it grows. */
const AWAITED = new Set(["fetch", "xhr", "script"]);

/** @param isLoading whether the page waits for anything that may make it grow */
export async function scrollToEnd(
  page: Page,
  options: ScrollOptions,
  isLoading: () => boolean,
  signal: AbortSignal,
): Promise<Scrolled> {
  const { timeout = TIMEOUT, rounds = ROUNDS, height: highest = HEIGHT, quiet = QUIET } = options;
  const end = performance.now() + timeout;
  for (let round = 0, height = await page.evaluate(scrollDown); ; round += 1) {
    if (height >= highest) return { end: "height", rounds: round, height };
    if (round >= rounds) return { end: "rounds", rounds: round, height };
    const left = end - performance.now();
    const after = await grown(page, isLoading, { from: height, quiet, timeout: left, signal });
    if (after === null) return { end: performance.now() >= end ? "timeout" : "end", rounds: round, height };
    height = after;
  }
}

interface Growth {
  readonly from: number;
  readonly quiet: number;
  readonly timeout: number;
  readonly signal: AbortSignal;
}

/** The new height, or null when nothing is loading any more and it stayed as it was. */
async function grown(page: Page, isLoading: () => boolean, growth: Growth): Promise<number | null> {
  let restingSince = performance.now();
  const found = await until<number | "end">(growth.timeout, growth.signal, async () => {
    const now = await page.evaluate(scrollDown);
    if (now > growth.from) return now;
    if (isLoading()) restingSince = performance.now();
    return performance.now() - restingSince >= growth.quiet ? "end" : null;
  });
  return typeof found === "number" ? found : null;
}

/** Watches what a page loads, from now on; tells whether that may still make it grow. */
export function watchLoading(page: Page): () => boolean {
  const pending = new Map<Request, number>();
  const ended = (request: Request): void => void pending.delete(request);
  page.on("request", (request) => {
    if (AWAITED.has(request.resourceType())) pending.set(request, performance.now());
  });
  page.on("requestfinished", ended).on("requestfailed", ended);
  return () => [...pending.values()].some((since) => performance.now() - since < PATIENCE);
}

/** Runs in the page: scrolls what there is to scroll, the page itself or the longest list in it, and tells its height in pixels. */
function scrollDown(): number {
  const longest = (root: Document | ShadowRoot, best: Element | null): Element | null => {
    let found = best;
    for (const element of root.querySelectorAll("*")) {
      const more = element.scrollHeight - element.clientHeight;
      const isLonger = more > (found ? found.scrollHeight - found.clientHeight : 1);
      if (isLonger && /auto|scroll/.test(getComputedStyle(element).overflowY)) found = element;
      if (element.shadowRoot) found = longest(element.shadowRoot, found);
    }
    return found;
  };
  const page = document.scrollingElement ?? document.documentElement;
  const scroller = page.scrollHeight > page.clientHeight + 1 ? page : (longest(document, null) ?? page);
  // Up a little first: some pages ask for more only when the end comes into view, not when it stays there.
  scroller.scrollBy(0, -1);
  scroller.scrollTo(0, scroller.scrollHeight);
  return scroller.scrollHeight;
}
