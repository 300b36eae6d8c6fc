import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { BrowsingSession } from "../../../apps/server/core/browsing.ts";
import { type Started, start } from "./start.ts";

const STEALTH = "puppeteer-extra-plugin-stealth";
let here: Started;

beforeAll(async () => {
  here = await start();
  here.site.route("/who", "<title>Who?</title>");
});
afterAll(() => here.close());

async function meets(
  plugins: readonly (string | object)[],
  use: (session: BrowsingSession, url: string) => Promise<unknown>,
) {
  const session = await here.open({ fixtures: ["page", "visit"], plugins });
  await use(session, `${here.site.url}/who`).finally(() => session.close());
  return here.site.received.at(-1)?.headers["user-agent"];
}

const overHttp = (session: BrowsingSession, url: string) => session.fixtures.visit(url, { render: "never" });
const inChromium = (session: BrowsingSession, url: string) => session.fixtures.visit(url, { render: "always" });

test("With the stealth plugin a page sees nothing of automation, in every window", async () => {
  const seen: unknown[] = [];
  const look = (page: Page) =>
    page.evaluate(() => [
      navigator.webdriver,
      navigator.plugins.length > 0,
      navigator.languages.length > 1,
      "chrome" in window,
      /Headless/.test(navigator.userAgent),
    ]);
  await meets([STEALTH], async ({ fixtures: { page } }, url) => {
    if (!page) throw new Error("There is no page.");
    for (const each of [page, await page.context().newPage()]) {
      await each.goto(url);
      seen.push(await look(each));
    }
  });
  expect(seen).toEqual([
    [false, true, true, true, false],
    [false, true, true, true, false],
  ]);
});

test("With the stealth plugin both tiers give the same name, which is no headless browser's", async () => {
  const [http, chromium] = [await meets([STEALTH], overHttp), await meets([STEALTH], inChromium)];
  expect(http).toMatch(
    /^Mozilla\/5\.0 \(.+\) AppleWebKit\/537\.36 \(KHTML, like Gecko\) Chrome\/[\d.]+ Safari\/537\.36$/,
  );
  expect(http).toBe(chromium);
});

test("Without it, or with plugins that disguise nothing, HTTP says who it is", async () => {
  const other = {
    _isPuppeteerExtraPlugin: true,
    name: "other",
    _register: () => {},
    requirements: new Set(),
    dependencies: new Set(),
  };
  expect(await meets([], overHttp)).toContain("Ultravisor");
  expect(await meets([other], overHttp)).toContain("Ultravisor");
});
