/** What a script does on its page is recorded, and played again it leads to the same. */
import { parse } from "@puppeteer/replay";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Recording } from "../../../../apps/sdk/recording.ts";
import type { JsonObject } from "../../../../apps/server/core/json.ts";
import { contents, type Started, start } from "../start.ts";

let here: Started;
let shop: string;

beforeAll(async () => {
  here = await start();
  shop = `${here.site.url}/shop/`;
});
afterAll(() => here.close());

/** Records a script, has Recorder's own library read what came of it, and plays that in a browser of its own. */
async function recorded(script: (page: Page) => Promise<unknown>, input: JsonObject = {}) {
  const session = await here.open({ fixtures: ["page"], record: { title: "As it was done", input } });
  const { page } = session.fixtures;
  if (!page) throw new Error("The session has no page.");
  await script(page);
  const file = await session.recording();
  const recording = JSON.parse(String(await contents(here.files, file?.sha256 ?? ""))) as Recording;
  expect(parse(recording).steps).toHaveLength(recording.steps.length);
  const end = await endOf(page);
  await session.close();
  return { recording, end, steps: recording.steps.map(({ type }) => type).join(" ") };
}

async function played(recording: Recording, input: JsonObject = {}): Promise<string> {
  const session = await here.open({ fixtures: ["page", "replay"] });
  const { page, replay } = session.fixtures;
  if (!page || !replay) throw new Error("The session has no page.");
  await replay(recording, input);
  const end = await endOf(page);
  await session.close();
  return end;
}

const endOf = async (page: Page): Promise<string> => `${page.url()} ${await page.locator("body").innerText()}`;

describe("A recorded script", () => {
  test("fills a form and sends it, and plays back with the same result", async () => {
    const { recording, end, steps } = await recorded(async (page) => {
      await page.goto(shop);
      await page.getByLabel("Name").pressSequentially("Ada L");
      await page.locator("#size").selectOption("l");
      await page.getByLabel("Born").fill("1815-12-10");
      await page.getByLabel("How much").fill("7");
      await page.getByText("Gift").click();
      await page.getByRole("button", { name: "Buy now" }).click();
      await page.locator("#order").waitFor();
    });
    expect(end).toContain("name=Ada+L&size=l&born=1815-12-10&much=7&gift=on");
    expect(steps).toMatch(/^setViewport navigate change change change change click (?:scroll )?click waitForElement$/);
    expect(await played(recording)).toBe(end);
  });

  test("signs in without a password in its file: that is an input, as is what came from the task's own", async () => {
    here.site.route(
      "/sign-in",
      '<form action="/welcome"><input name="user" placeholder="User"><input type="password" name="pass-word"><button>Go</button></form>',
    );
    here.site.route("/welcome", (_request, response, url) =>
      response.writeHead(200, { "content-type": "text/html" }).end(`<p>${url.search.slice(1).replace("&", " ")}</p>`),
    );
    const { recording, end, steps } = await recorded(
      async (page) => {
        await page.goto(`${here.site.url}/sign-in`);
        await page.getByPlaceholder("User").fill("ada");
        await page.locator("[type=password]").fill("s3cret-word");
        await Promise.all([page.waitForURL("**/welcome*"), page.keyboard.press("Enter")]);
      },
      { user: "ada" },
    );
    expect(steps).toBe("setViewport navigate change change keyDown keyUp");
    expect(JSON.stringify(recording)).not.toContain("s3cret");
    expect(recording.ultravisor).toEqual({
      input: { user: { type: "string", default: "ada" }, pass_word: { type: "string" } },
    });
    expect(recording.steps.find(({ type }) => type === "keyDown")?.assertedEvents).toHaveLength(1);
    expect(await played(recording, { user: "ada", pass_word: "s3cret-word" })).toBe(end);
  });

  test("reaches into shadow roots and frames, hovers, clicks twice, types and presses keys", async () => {
    const { recording, end } = await recorded(async (page) => {
      await page.goto(shop);
      await page.locator(".late").first().waitFor({ state: "attached" });
      await page.locator("#deepest").click();
      await page.frameLocator("#outer").frameLocator("iframe").getByRole("button").click();
      await page.locator("#box").hover();
      await page.locator("#box").dblclick({ position: { x: 5, y: 6 } });
      await page.locator("#box").click({ button: "right", position: { x: 9, y: 8 } });
      await page.locator("#note").fill("A note");
      await page.keyboard.press("Escape");
    });
    const of = (type: string) => recording.steps.filter((step) => step.type === type);
    expect(of("doubleClick")).toHaveLength(1);
    expect(of("click")).toHaveLength(3);
    expect(of("click")).toContainEqual(expect.objectContaining({ frame: [0, 0] }));
    expect(of("hover")).toHaveLength(1);
    expect(end).toMatch(/deepest;.*mouseover.*dblclick 0.*contextmenu 2.*key Escape;/s);
    expect(await played(recording)).toBe(end);
  });
});
