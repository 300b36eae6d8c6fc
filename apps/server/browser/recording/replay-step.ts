/** One step of a recorded flow, done in its frame. */
import type { Frame, Locator, Page } from "playwright-core";
import type { RecordedStep } from "../../../sdk/recording.ts";
import { until } from "../until.ts";
import { pointAndClick } from "./pointer.ts";
import { locate, type RecordedSelector, selectorText } from "./recorded-selector.ts";
import type { ReplayParts } from "./replay.ts";
import { waitForElements } from "./replay-wait.ts";

export interface Stage extends ReplayParts {
  /** The window, and the frame in it. */
  readonly target: Page;
  readonly frame: Frame;
  /** Milliseconds. */
  readonly timeout: number;
}

type StepOf<T extends RecordedStep["type"]> = Extract<RecordedStep, { type: T }>;
type Players = { readonly [T in RecordedStep["type"]]: (stage: Stage, step: StepOf<T>) => Promise<unknown> };

/** A page may take longer to come than an element to appear. */
const NAVIGATION_TIMEOUT = 30_000;

export async function playStep(stage: Stage, step: RecordedStep): Promise<void> {
  const player = PLAYERS[step.type] as (stage: Stage, step: RecordedStep) => Promise<unknown>;
  // What takes the page elsewhere must be watched from before it happens; going to an address waits by itself.
  const events = step.type === "navigate" ? [] : (step.assertedEvents ?? []);
  const navigated = events.map(() => stage.frame.waitForNavigation({ timeout: stage.timeout, waitUntil: "load" }));
  for (const each of navigated) each.catch(() => {});
  await player(stage, step);
  await Promise.all(navigated).catch((error: unknown) => {
    throw new Error(`the page should have gone elsewhere, and did not in ${stage.timeout} ms.`, { cause: error });
  });
  await compare(stage, step);
}

/** Where a step led is told when it is not where it led when it was recorded; order numbers and tokens change. */
async function compare({ frame, log, target }: Stage, { assertedEvents = [] }: RecordedStep): Promise<void> {
  if (target.isClosed() || frame.isDetached()) return;
  for (const { url, title } of assertedEvents) {
    if (url && url !== frame.url()) log("warn", `it led to ${frame.url()}; when it was recorded, to ${url}`);
    const now = title ? await frame.title().catch(() => title) : "";
    if (title && title !== now) log("warn", `the page is called ${now}; when it was recorded, ${title}`);
  }
}

const PLAYERS: Players = {
  setViewport,
  navigate: ({ frame }, { url, timeout }) => frame.goto(url, { timeout: timeout ?? NAVIGATION_TIMEOUT }),
  click: async (stage, step) => pointAndClick(stage, await element(stage, step.selectors), step, 1),
  doubleClick: async (stage, step) => pointAndClick(stage, await element(stage, step.selectors), step, 2),
  hover: async (stage, step) => (await element(stage, step.selectors)).hover({ timeout: stage.timeout }),
  change: async (stage, step) => change(stage, await element(stage, step.selectors), step.value),
  keyDown: ({ target }, { key }) => target.keyboard.down(keyOf(key)),
  keyUp: ({ target }, { key }) => target.keyboard.up(keyOf(key)),
  scroll,
  waitForElement: waitForElements,
  waitForExpression,
  close: ({ target }) => target.close(),
  async emulateNetworkConditions({ target }, { download, upload, latency }) {
    const session = await target.context().newCDPSession(target);
    const speed = { offline: download === 0 && upload === 0, latency, downloadThroughput: download };
    await session.send("Network.enable");
    await session.send("Network.emulateNetworkConditions", { ...speed, uploadThroughput: upload });
  },
  // Only who invented it knows what it does.
  customStep: async ({ log }, { name }) => log("warn", `the custom step ${name} is unknown here and was left out`),
};

/** The element of the first alternative that shows one. */
async function element(stage: Stage, selectors: readonly RecordedSelector[]): Promise<Locator> {
  const { frame, timeout, signal } = stage;
  const found = await until(timeout, signal, async () => {
    for (const selector of selectors) {
      const locator = locate(frame, selector).first();
      // A selector that this page's Chromium cannot read must not cost the others.
      if (await locator.isVisible().catch(() => false)) return locator;
    }
    return null;
  });
  if (found) return found;
  const tried = selectors.map(selectorText).join(", ");
  throw new Error(`no element was visible in ${timeout} ms; tried ${tried} on ${frame.url()}.`);
}

async function change({ timeout }: Stage, locator: Locator, value: string): Promise<void> {
  const kind = await locator.evaluate((node) => {
    if (node instanceof HTMLSelectElement) return "select";
    if (!(node instanceof HTMLInputElement)) return "text";
    return ["checkbox", "radio", "file"].includes(node.type) ? node.type : "text";
  });
  if (kind === "file")
    throw new Error("a recording does not hold the file that was chosen; script this step in TypeScript.");
  if (kind === "select") {
    const byValue = await locator.evaluate(
      (node, wanted) => [...(node as HTMLSelectElement).options].some((option) => option.value === wanted),
      value,
    );
    await locator.selectOption(byValue ? { value } : { label: value }, { timeout });
  } else if (kind === "text") await locator.fill(value, { timeout });
  // The click that ticked it was a step of its own; what is left is what Recorder's own player does.
  else
    await locator.evaluate((node, wanted) => {
      (node as HTMLInputElement).value = wanted;
      for (const type of ["input", "change"]) node.dispatchEvent(new Event(type, { bubbles: true }));
    }, value);
}

async function scroll(stage: Stage, { selectors, x = 0, y = 0 }: StepOf<"scroll">): Promise<void> {
  if (selectors === undefined) return stage.frame.evaluate(([left = 0, top = 0]) => window.scroll(left, top), [x, y]);
  const found = await element(stage, selectors);
  await found.evaluate((node, [left = 0, top = 0]) => node.scroll(left, top), [x, y]);
}

async function waitForExpression(stage: Stage, { expression }: StepOf<"waitForExpression">): Promise<void> {
  const { frame, timeout, signal } = stage;
  let problem = "";
  const held = await until(timeout, signal, async () => {
    try {
      return (await frame.evaluate(expression)) ? true : null;
    } catch (error) {
      // The page may be on its way elsewhere; an expression that can never work ends with the time.
      problem = error instanceof Error ? `: ${error.message.split("\n")[0]}` : "";
      return null;
    }
  });
  if (held === null) throw new Error(`${expression.slice(0, 500)} did not hold in ${timeout} ms${problem}`);
}

async function setViewport({ target }: Stage, step: StepOf<"setViewport">): Promise<void> {
  const { width, height, deviceScaleFactor, isMobile, hasTouch, isLandscape } = step;
  await target.setViewportSize({ width, height });
  const session = await target.context().newCDPSession(target);
  const orientation = isLandscape
    ? ({ type: "landscapePrimary", angle: 90 } as const)
    : ({ type: "portraitPrimary", angle: 0 } as const);
  const screen = { width, height, deviceScaleFactor, mobile: isMobile, screenOrientation: orientation };
  await session.send("Emulation.setDeviceMetricsOverride", screen);
  await session.send("Emulation.setTouchEmulationEnabled", { enabled: hasTouch });
}

/** Recorder knows keys by names that a keyboard here has not. */
function keyOf(key: string): string {
  return key === "\r" || key === "\n" ? "Enter" : key;
}
