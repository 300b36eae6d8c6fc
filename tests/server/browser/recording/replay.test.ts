import { parse } from "@puppeteer/replay";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { BrowsingSession } from "../../../../apps/server/core/browsing.ts";
import { type Started, start } from "../start.ts";

let here: Started;
let shop: string;

beforeAll(async () => {
  here = await start();
  shop = `${here.site.url}/shop/`;
});
afterAll(() => here.close());

const at = { offsetX: 5, offsetY: 6 };
type Step = Readonly<Record<string, unknown>>;

/** Plays steps on the shop's page, after Recorder's own library has read them. */
async function played(steps: readonly Step[], check: (page: Page) => Promise<unknown>, input = {}): Promise<unknown> {
  const session = await here.open({ fixtures: ["page", "replay"] });
  try {
    return await playedIn(session, steps, check, input);
  } finally {
    await session.close();
  }
}

async function playedIn(
  { fixtures }: BrowsingSession,
  steps: readonly Step[],
  check: (page: Page) => Promise<unknown>,
  input: object,
) {
  const { page, replay } = fixtures;
  if (!page || !replay) throw new Error("The session has no page.");
  await replay(parse({ title: "shop", timeout: 3000, steps: [{ type: "navigate", url: shop }, ...steps] }), {
    ...input,
  });
  return check(page);
}

const said = (page: Page): Promise<string | null> => page.locator("#said").textContent();
const titleOf = (page: Page): Promise<string> => page.title();

describe("A recorded flow", () => {
  test("fills a form, sends it, and tells where it ended", async () => {
    const session = await here.open({ fixtures: ["replay"] });
    const change = (selector: string, value: string) => ({ type: "change", selectors: [[selector]], value });
    const steps = [
      {
        type: "setViewport",
        width: 800,
        height: 600,
        deviceScaleFactor: 2,
        isMobile: false,
        hasTouch: false,
        isLandscape: false,
      },
      { type: "navigate", url: shop, assertedEvents: [{ type: "navigation", url: shop, title: "Shop" }] },
      change("aria/Name", "${input.name} $& 1"),
      change("#size", "l"),
      change("#born", "2001-02-03"),
      change("#much", "7"),
      { type: "click", selectors: ["#gift"], ...at },
      {
        type: "click",
        selectors: [["aria/Buy now (today)"]],
        ...at,
        assertedEvents: [{ type: "navigation", url: "http://elsewhere.example/", title: "" }],
      },
    ];
    const ended = await session.fixtures.replay?.(parse({ title: "order", steps }), { name: "Ada" });
    await session.close();
    expect(ended).toEqual({
      url: `${shop}order?name=Ada+%24%26+1&size=l&born=2001-02-03&much=7&gift=on`,
      title: "Thank you",
      steps: 8,
    });
    expect(here.logged.join()).toContain("when it was recorded, to http://elsewhere.example/");
  });

  test("clicks the point that was recorded, also where a shape has a hole", async () => {
    const hole = { type: "click", selectors: ["#ring > path"], offsetX: 30, offsetY: 30 };
    expect(await played([hole], said)).toBe("ring;");
  });

  test.each([
    ["the one that is there", ["#nothing", "#old", "#gift"]],
    ["not the one that is hidden", ["#gone", "#gift"]],
    ["also when one of them cannot be read", ["###", "aria/Gift"]],
    ["by name and role", ['aria/Gift[role="checkbox"]']],
    ["by XPath", ['xpath///*[@id="gift"]']],
  ])("takes of alternative selectors %s", async (_, selectors) => {
    const check = (page: Page) => page.isChecked("#gift");
    expect(await played([{ type: "click", selectors, offsetX: 3, offsetY: 3 }], check)).toBe(true);
  });

  test.each([
    [["button.deep"], ""],
    [[["#menu", "button.deep"]], "inside;"],
    [["pierce/#deepest"], "deepest;"],
    [[["#menu", "shop-inner", "#deepest"]], "deepest;"],
    [[["#menu", "aria/Inside"]], "inside;"],
    [["text/Deepes"], "deepest;"],
  ])("looks for %j only where that leads, shadow roots included", async (selectors, expected) => {
    expect(await played([{ type: "click", selectors, ...at }], said)).toMatch(new RegExp(`${expected}$`));
  });

  test.each([
    [{ type: "click", ...at }, "down 0 mouse;click 0 mouse 5 6;"],
    [{ type: "click", ...at, button: "secondary" }, "down 2 mouse;contextmenu 2 mouse 5 6;"],
    [{ type: "click", ...at, button: "auxiliary", duration: 20 }, "down 1 mouse;auxclick 1 mouse 5 6;"],
    [{ type: "click", ...at, button: "forward" }, "down 4 mouse;"],
    [{ type: "click", ...at, deviceType: "pen" }, "down 0 pen;click 0 pen 5 6;"],
    [{ type: "click", ...at, deviceType: "touch" }, "down 0 touch;"],
    [{ type: "click", offsetX: 500, offsetY: 6 }, "click 0 mouse 60 30;"],
    [{ type: "doubleClick", ...at }, "dblclick 0  5 6;"],
    [{ type: "hover" }, "mouseover 0"],
  ])("points as %j says", async (step, expected) => {
    expect(await played([{ ...step, selectors: ["#box"] }], said)).toContain(expected);
  });

  test("presses keys, scrolls the page and an element, and waits for what comes late", async () => {
    const steps = [
      { type: "keyDown", key: "a" },
      { type: "keyUp", key: "a" },
      { type: "scroll", y: 300 },
      { type: "scroll", selectors: ["#list"], y: 40 },
      {
        type: "waitForElement",
        selectors: [".late"],
        count: 3,
        operator: "==",
        attributes: { title: "t0" },
        visible: false,
      },
      { type: "waitForElement", selectors: ["#none", ".late"], count: 3, properties: { className: "late" } },
      { type: "waitForElement", selectors: ["#gone"], visible: false },
      {
        type: "waitForExpression",
        expression: "new Promise((done) => setTimeout(() => done(document.body.dataset.scrolled === '300'), 20))",
      },
      { type: "change", selectors: ["#note"], value: "soft" },
      { type: "emulateNetworkConditions", download: 0, upload: 0, latency: 0 },
      { type: "customStep", name: "ours", parameters: { a: 1 } },
    ];
    const check = (page: Page) =>
      page.evaluate(() => [
        document.querySelector("#list")?.scrollTop,
        document.querySelector("#note")?.textContent,
        navigator.onLine,
      ]);
    expect(await played(steps, check)).toEqual([40, "soft", false]);
    expect(here.logged.join()).toContain("the custom step ours is unknown here");
  });

  test("goes into frames and windows, and closes them", async () => {
    const inFrame = { type: "click", selectors: ["text/In the frame"], frame: [0, 0], ...at };
    const help = `${here.site.url}/shop/help`;
    const open = { type: "click", selectors: ["aria/Help"], ...at };
    const thanks = { type: "click", target: help, selectors: ["button"], ...at };
    const check = async (page: Page) => [await page.title(), page.context().pages().length];
    expect(await played([inFrame, open, thanks, { type: "close", target: help }], check)).toEqual([
      "Helped by the window",
      1,
    ]);
  });

  test.each([
    [
      { type: "click", selectors: ["aria/Sell", ["#menu", "b"]], ...at },
      "step 2 of 2 (click aria/Sell) failed: no element was visible in 300 ms; tried aria/Sell, #menu >> b on http",
    ],
    [
      { type: "waitForElement", selectors: [".late"], operator: "==", count: 9 },
      "expected == 9 of .late within 300 ms, found 3",
    ],
    [{ type: "waitForExpression", expression: "nothing.here" }, "nothing.here did not hold in 300 ms: "],
    [
      { type: "click", selectors: ["#box"], ...at, assertedEvents: [{ type: "navigation" }] },
      "the page should have gone elsewhere",
    ],
    [
      { type: "hover", selectors: ["#box"], target: "http://x.example/" },
      "the target http://x.example/ was not there in 300 ms; open were http",
    ],
    [{ type: "hover", selectors: ["#box"], frame: [7] }, "the frame [7] of the target main was not there"],
  ])("that fails at %j says so", async (step, message) => {
    await expect(played([{ timeout: 300, ...step }], titleOf)).rejects.toMatchObject({
      code: "step_failed",
      message: expect.stringContaining(message),
    });
  });
});
