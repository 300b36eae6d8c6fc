import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { BrowsingSession } from "../../../../apps/server/core/browsing.ts";
import type { Handler } from "../../../support/site.ts";
import { contents, type Started, start } from "../start.ts";

let started: Started;

beforeAll(async () => {
  started = await start();
});

afterAll(() => started.close());

async function openPage(fixtures: readonly string[] = ["page"]) {
  const session = await started.open({ fixtures });
  const { page } = session.fixtures;
  if (!page) throw new Error("The session has no page.");
  return { session, page };
}

async function visited(session: BrowsingSession, path: string, render: "always" | "never"): Promise<string> {
  return (await session.fixtures.visit(started.site.url + path, { render })).text;
}

describe("the page fixture", () => {
  test("is a Playwright page that scripts can drive", async () => {
    const { session, page } = await openPage();
    await page.goto(`${started.site.url}/app/`);
    await page.getByRole("link", { name: "Teas" }).click();
    await page.getByRole("heading", { name: "Teas" }).waitFor();
    expect(page.url()).toBe(`${started.site.url}/app/teas`);
    await session.close();
  });

  test("is not made for a task that does not name it", async () => {
    const session = await started.open({ fixtures: ["visit"] });
    expect("page" in session.fixtures).toBe(false);
    await session.close();
  });

  test("is made for a task that takes its context whole", async () => {
    const session = await started.open({ fixtures: null });
    expect(session.fixtures.page?.url()).toBe("about:blank");
    await session.close();
  });

  test("shares nothing with another session's", async () => {
    const [a, b] = await Promise.all([openPage(), openPage()]);
    await a.page.goto(`${started.site.url}/cookies/set?mine=1`);
    await b.page.goto(`${started.site.url}/cookies/show`);
    expect(await b.page.textContent("p")).toBe("none");
    expect(a.page.context()).not.toBe(b.page.context());
    await Promise.all([a.session.close(), b.session.close()]);
  });
});

describe("cookies", () => {
  test("that Chromium got are sent over HTTP, and the other way round", async () => {
    const { session, page } = await openPage(["page", "visit"]);
    await page.goto(`${started.site.url}/cookies/set?browser=1`);
    expect(await visited(session, "/cookies/show", "never")).toBe("browser=1");
    await visited(session, "/cookies/set?http=2", "never");
    expect(await visited(session, "/cookies/show", "always")).toBe("browser=1; http=2");
    await page.goto(`${started.site.url}/cookies/show`);
    expect(await page.textContent("p")).toBe("browser=1; http=2");
    await session.close();
  });

  test("deleted on one side are gone on the other", async () => {
    const { session, page } = await openPage(["page", "visit"]);
    await page.goto(`${started.site.url}/cookies/set?a=1&b=2`);
    expect(await visited(session, "/cookies/set?a=1&attributes=Path=/;Max-Age=0", "never")).toBe("b=2");
    await page.goto(`${started.site.url}/cookies/show`);
    expect(await page.textContent("p")).toBe("b=2");
    await page.context().clearCookies();
    expect(await visited(session, "/cookies/show", "never")).toBe("none");
    await session.close();
  });

  test("of HTTP are there when Chromium is first opened", async () => {
    const session = await started.open();
    await visited(session, "/cookies/set?early=1", "never");
    expect(await visited(session, "/cookies/show", "always")).toBe("early=1");
    await session.close();
  });
});

describe("a page that gets in the way", () => {
  test("has its dialogs dismissed, which is told to the log", async () => {
    const { session, page } = await openPage();
    await page.goto(`${started.site.url}/dialogs`);
    expect(await page.title()).toBe("false");
    expect(started.logged).toContain("info: Dismissed a dialog of the page (confirm): Really?");
    await session.close();
  });

  test("has its dialogs answered by the script where that says how", async () => {
    const { session, page } = await openPage();
    page.on("dialog", (dialog) => dialog.accept());
    await page.goto(`${started.site.url}/dialogs`);
    expect(await page.title()).toBe("true");
    await session.close();
  });

  test("cannot keep the script from leaving", async () => {
    const { session, page } = await openPage();
    started.site.route("/clingy", "<title>Clingy</title><p>Stay</p><script>onbeforeunload = () => 'Stay!'</script>");
    await page.goto(`${started.site.url}/clingy`);
    await page.click("p");
    await page.goto(started.site.documentation.start);
    expect(await page.title()).toBe("Manual");
    await session.close();
  });

  test("cannot open windows without end", async () => {
    const { session, page } = await openPage();
    await page.goto(`${started.site.url}/popups`);
    await expect
      .poll(() => started.logged.filter((line) => line.includes("Closed a window")).length)
      .toBeGreaterThan(0);
    await expect.poll(() => page.context().pages().length, { timeout: 10_000 }).toBeLessThanOrEqual(10);
    await session.close();
  });

  test("does not keep the script itself from opening as many as it likes", async () => {
    const { session, page } = await openPage();
    for (let i = 0; i < 12; i++) await page.context().newPage();
    expect(page.context().pages()).toHaveLength(13);
    await session.close();
  });

  test("is denied every permission", async () => {
    const { session, page } = await openPage();
    await page.goto(started.site.documentation.start);
    const asked = await page.evaluate(async () => {
      const names = ["geolocation", "notifications", "camera", "microphone", "clipboard-read"];
      return Promise.all(
        names.map(async (name) => (await navigator.permissions.query({ name: name as PermissionName })).state),
      );
    });
    expect(new Set(asked)).toEqual(new Set(["denied"]));
    await session.close();
  });

  test("is refused downloads, unless the task names download too", async () => {
    for (const [fixtures, failure] of [
      [["page"], "canceled"],
      [["page", "download"], null],
    ] as const) {
      const { session, page } = await openPage(fixtures);
      await page.goto(started.site.documentation.start);
      const [download] = await Promise.all([page.waitForEvent("download"), page.click('a[href="files/manual.pdf"]')]);
      expect((await download.failure()) === null).toBe(failure === null);
      await session.close();
    }
  });
});

describe("what pages load", () => {
  const SIZE = 2_000_000;
  const large: Handler = (_request, response) =>
    void response
      .writeHead(200, { "content-type": "text/javascript", "cache-control": "max-age=600" })
      .end(`// ${"x".repeat(SIZE)}`);

  test.each([
    [
      "a visit",
      ["visit"],
      (session: BrowsingSession, url: string) => session.fixtures.visit(url, { render: "always" }),
    ],
    [
      "a script that drives the page",
      ["page"],
      (session: BrowsingSession, url: string) => session.fixtures.page?.goto(url),
    ],
  ] as const)("counts for %s, and once where it is kept", async (_what, fixtures, go) => {
    started.site.route("/large.js", large);
    started.site.route("/with-large", "<title>Large</title><script src='/large.js'></script>");
    const session = await started.open({ fixtures });
    const before = session.received();
    for (let time = 0; time < 2; time++) await go(session, `${started.site.url}/with-large`);
    expect(session.received() - before).toBeGreaterThan(SIZE);
    expect(session.received() - before).toBeLessThan(1.1 * SIZE);
    await session.close();
    expect(session.received() - before).toBeGreaterThan(SIZE);
  });
});

describe("capture", () => {
  test("saves a picture, Playwright's trace and the console of the page", async () => {
    const { session, page } = await openPage();
    await Promise.all([page.waitForEvent("pageerror"), page.goto(`${started.site.url}/console`)]);
    const drafts = await session.capture();
    expect(drafts.map(({ role, name, type }) => [role, name, type])).toEqual([
      ["screenshot", "screenshot.png", "image/png"],
      ["trace", "trace.zip", "application/zip"],
      ["console", "console.txt", "text/plain"],
    ]);
    const [picture, trace, text] = await Promise.all(drafts.map((draft) => contents(started.files, draft.sha256)));
    expect(picture?.subarray(1, 4).toString()).toBe("PNG");
    expect(trace?.includes("trace.trace")).toBe(true);
    expect(text?.toString()).toContain("error: it went wrong");
    expect(text?.toString()).toContain("uncaught: Error: uncaught");
    expect(drafts[0]?.url).toBe(`${started.site.url}/console`);
    await session.close();
  });

  test("shows the last page of a task that only visited", async () => {
    const session = await started.open();
    await session.fixtures.visit(`${started.site.url}/app/`);
    const drafts = await session.capture();
    expect(drafts[0]).toMatchObject({ role: "screenshot", url: `${started.site.url}/app/` });
    await session.close();
  });

  test("saves what a task that only visited asked for and got, redirects and failures included, as HAR", async () => {
    const session = await started.open({ render: "always" });
    await session.fixtures.visit(`${started.site.url}/old-docs`);
    await session.fixtures.visit(`${started.site.url}/missing`).catch(() => {});
    const trace = (await session.capture()).find((draft) => draft.role === "trace");
    expect(trace).toMatchObject({ name: "network.har", type: "application/json" });
    const har = JSON.parse(String(await contents(started.files, trace?.sha256 ?? "")));
    const asked = har.log.entries.map(({ request, response }: Record<string, Record<string, unknown>>) => [
      String(request?.url).replace(started.site.url, ""),
      response?.status,
    ]);
    expect(asked).toEqual(
      expect.arrayContaining([
        ["/old-docs", 301],
        ["/docs/", 200],
        ["/missing", 404],
      ]),
    );
    await session.close();
  });

  test("tells nothing of the session before in the same place", async () => {
    const before = await started.open({ render: "always" });
    await before.fixtures.visit(`${started.site.url}/docs/?secret=1`);
    await before.close();
    const session = await started.open({ render: "always" });
    await session.fixtures.visit(`${started.site.url}/docs/`);
    const drafts = await session.capture();
    const texts = await Promise.all(drafts.map((draft) => contents(started.files, draft.sha256)));
    expect(texts.some((text) => text.includes("secret=1"))).toBe(false);
    await session.close();
  });

  test("is empty for a task that never opened Chromium, and never rejects", async () => {
    const session = await started.open();
    await session.fixtures.visit(started.site.documentation.start);
    expect(await session.capture()).toEqual([]);
    const { session: other, page } = await openPage();
    await page.context().close();
    await expect(other.capture()).resolves.toBeInstanceOf(Array);
    await other.close();
  });
});
