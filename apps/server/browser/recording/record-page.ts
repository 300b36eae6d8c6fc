/**
 * Records what a script does on its page, as a flow for Chrome's Recorder. What the page feels (clicks, typing, keys, scrolling) is told by
 * the page itself, whichever call of Playwright's caused it; what it does not feel is noted where the script asks for it.
 */
import type { BrowserContext, Frame, Locator, Page } from "playwright-core";
import type { BrowsingSessionOptions } from "../../core/browsing.ts";
import type { FileDraft } from "../../core/execution.ts";
import type { FileStore } from "../../core/files.ts";
import { within } from "../within.ts";
import { describeByAria, describeElements, type PageNames, type Selectors } from "./describe-element.ts";
import { StepWriter, type Told, type Where } from "./step-writer.ts";
import { watchPointer, watchScrolling, watchTyping } from "./watch-actions.ts";

export interface PageRecorder {
  /** What was done so far, as a file. */
  save(files: FileStore): Promise<FileDraft>;
}

const NAMES: PageNames = {
  tell: "__ultravisorTell",
  describe: "__ultravisorDescribe",
  aria: "__ultravisorAria",
};
const TOLD_TIMEOUT = 2000;
const recorders = new WeakMap<BrowserContext, RecordedPage>();

/** Starts to record if that is asked for. */
export async function recordPage(
  page: Page,
  { record, log }: Pick<BrowsingSessionOptions, "record" | "log">,
): Promise<PageRecorder | null> {
  if (!record) return null;
  const { title, input } = record;
  const recorded = new RecordedPage(page, title, new StepWriter(input), log);
  const context = page.context();
  await context.exposeBinding(NAMES.tell, ({ page: from, frame }, told: Told) => recorded.told(told, from, frame));
  for (const script of [describeByAria, describeElements, watchPointer, watchTyping, watchScrolling]) {
    await context.addInitScript(script, NAMES);
  }
  recorders.set(context, recorded);
  hookLocators(page.locator("html"));
  recorded.begin();
  return recorded;
}

class RecordedPage implements PageRecorder {
  readonly #page: Page;
  readonly #title: string;
  readonly #writer: StepWriter;
  readonly #log: BrowsingSessionOptions["log"];
  /** The script goes somewhere by itself. */
  #going = 0;
  /** The page asked for a document by itself. */
  #leaves = false;

  constructor(page: Page, title: string, writer: StepWriter, log: BrowsingSessionOptions["log"]) {
    this.#page = page;
    this.#title = title;
    this.#writer = writer;
    this.#log = log;
  }

  begin(): void {
    const page = this.#page;
    this.#viewport(page.viewportSize());
    page.on("request", (request) => {
      this.#leaves ||= request.isNavigationRequest() && request.frame() === page.mainFrame() && this.#going === 0;
    });
    page.on("framenavigated", (frame) => {
      if (frame !== page.mainFrame()) return;
      if (this.#leaves && this.#going === 0) this.#writer.navigated(frame.url());
      this.#leaves = false;
      this.#writer.letGo();
    });
    this.#hookPage(page);
  }

  async save(files: FileStore): Promise<FileDraft> {
    // What the page has told before this answer has arrived.
    await within(
      TOLD_TIMEOUT,
      this.#page.evaluate(() => 0),
    ).catch(() => {});
    this.#writer.letGo();
    const text = `${JSON.stringify(this.#writer.recording(this.#title), null, 2)}\n`;
    const blob = await files.put(once(text));
    return { role: "output", name: "recording.json", ...blob, type: "application/json", url: null };
  }

  told(told: Told, from: Page, frame: Frame): void {
    if (told.type === "unknown") this.#log("warn", `The recording lacks a step: ${told.what}.`);
    else this.#writer.tell(told, this.#where(from, frame));
  }

  async hovered(locator: Locator): Promise<void> {
    const on = await this.#describe(locator);
    if (on) this.#writer.add({ type: "hover", ...on });
  }

  async waitedFor(locator: Locator, state: string | undefined): Promise<void> {
    if (state === "hidden" || state === "detached") return;
    const on = await this.#describe(locator);
    if (on) this.#writer.add({ type: "waitForElement", ...on, ...(state === "attached" ? {} : { visible: true }) });
  }

  /** Null: it has gone in the meantime. */
  async #describe(locator: Locator): Promise<(Where & { selectors: Selectors }) | null> {
    try {
      const handle = await locator.first().elementHandle({ timeout: 1000 });
      const frame = await handle?.ownerFrame();
      const selectors = await handle?.evaluate((element, { describe }) => {
        const describing = (globalThis as unknown as Record<string, (of: Node) => Selectors>)[describe];
        return describing?.(element);
      }, NAMES);
      return frame && selectors ? { ...this.#where(frame.page(), frame), selectors } : null;
    } catch {
      return null;
    }
  }

  #where(from: Page, frame: Frame): Where {
    const path: number[] = [];
    for (let at = frame; ; ) {
      const parent = at.parentFrame();
      if (parent === null) break;
      path.unshift(parent.childFrames().indexOf(at));
      at = parent;
    }
    return { ...(from === this.#page ? {} : { target: from.url() }), ...(path.length === 0 ? {} : { frame: path }) };
  }

  #viewport(size: { width: number; height: number } | null): void {
    const rest = { deviceScaleFactor: 1, isMobile: false, hasTouch: false, isLandscape: false };
    if (size) this.#writer.add({ type: "setViewport", ...size, ...rest });
  }

  #hookPage(page: Page): void {
    const { goto, reload, goBack, goForward, setViewportSize, hover, waitForSelector, setContent } = page;
    const going = async <T>(go: () => Promise<T>): Promise<T> => {
      this.#going += 1;
      try {
        return await go();
      } finally {
        this.#going -= 1;
      }
    };
    page.goto = (url, options) => {
      this.#writer.navigate(url);
      return going(() => goto.call(page, url, options));
    };
    for (const [name, go] of [
      ["reload", reload],
      ["goBack", goBack],
      ["goForward", goForward],
    ] as const) {
      page[name] = async (options) => {
        const answer = await going(() => go.call(page, options));
        this.#writer.navigate(page.url());
        return answer;
      };
    }
    page.setViewportSize = (size) => {
      this.#viewport(size);
      return setViewportSize.call(page, size);
    };
    page.setContent = (html, options) => {
      this.#log("warn", "The recording lacks a step: the script set the content of its page.");
      return going(() => setContent.call(page, html, options));
    };
    page.hover = async (selector, options) => {
      await hover.call(page, selector, options);
      await this.hovered(page.locator(selector));
    };
    const waiting = async (selector: string, options: Parameters<Page["waitForSelector"]>[1]) => {
      const found = await waitForSelector.call(page, selector, options);
      await this.waitedFor(page.locator(selector), options?.state);
      return found;
    };
    page.waitForSelector = waiting as Page["waitForSelector"];
  }
}

let areHooked = false;

/** Locators have one prototype for all pages; those of pages that nobody records do as ever. */
function hookLocators(sample: Locator): void {
  if (areHooked) return;
  areHooked = true;
  const prototype = Object.getPrototypeOf(sample) as Pick<Locator, "hover" | "waitFor">;
  const { hover, waitFor } = prototype;
  prototype.hover = async function (this: Locator, options) {
    await hover.call(this, options);
    await recorders.get(this.page().context())?.hovered(this);
  };
  prototype.waitFor = async function (this: Locator, options) {
    await waitFor.call(this, options);
    await recorders.get(this.page().context())?.waitedFor(this, options?.state);
  };
}

async function* once(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}
