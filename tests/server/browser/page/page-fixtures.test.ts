import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { BrowserContext } from "../../../../apps/sdk/context.ts";
import { contents, type Started, start } from "../start.ts";

let here: Started;
beforeAll(async () => {
  here = await start();
});
afterAll(() => here.close());

type Given = Pick<BrowserContext<unknown>, "page" | "links" | "files" | "scrollToEnd" | "download">;

/** A session on a page of the site, closed when `use` has ended. */
async function on<T>(path: string, body: string, use: (given: Given) => Promise<T>): Promise<T> {
  here.site.route(path, body);
  const session = await here.open({ fixtures: ["page", "links", "files", "scrollToEnd", "download"] });
  try {
    const given = session.fixtures as Given;
    await given.page.goto(here.site.url + path);
    return await use(given);
  } finally {
    await session.close();
  }
}

describe("The links of a page", () => {
  const LINKS = `<base href="/deep/"><link rel="next" href="/after"><a href="a#x">a</a><a href="a">again</a><a href="mailto:x@y.z">mail</a><a href="/b.pdf">b</a>
    <a href="/make" download="c.csv">c</a><my-menu></my-menu><svg><a href="/drawn"><text>d</text></a></svg>
    <iframe src="/inside"></iframe><iframe srcdoc="<a href=/written>w</a>"></iframe><a href="http://elsewhere.example/">e</a>
    <script>const root = document.querySelector("my-menu").attachShadow({ mode: "open" }); root.innerHTML = "<a href=/shadow>s</a><my-inner></my-inner>";
    root.querySelector("my-inner").attachShadow({ mode: "open" }).innerHTML = "<a href=/deeper>d</a>";</script>`;

  test("are those of scripts, open shadow roots and frames, too", async () => {
    here.site.route("/inside", '<a href="/from-frame">f</a>');
    const { url } = here.site;
    const found = await on("/links", LINKS, ({ links }) => links());
    const own = ["/deep/a", "/shadow", "/deeper", "/drawn", "/inside", "/from-frame", "/written", "/after"].map(
      (path) => url + path,
    );
    expect(found.toSorted()).toEqual([...own, "http://elsewhere.example/"].toSorted());
  });

  test("are chosen by the same options as those of a visited page", async () => {
    const { url } = here.site;
    const chosen = await on("/links", LINKS, async ({ links, files }) => [
      await links({ scope: "same-host", include: "**/deep/*" }),
      await files(),
      await files({ files: "csv" }),
    ]);
    expect(chosen).toEqual([[`${url}/deep/a`], [`${url}/b.pdf`, `${url}/make`], [`${url}/make`]]);
  });
});

describe("Scrolling to the end", () => {
  const feed = (
    scroller: string,
    total: number,
  ) => `<div id="list" style="${scroller}"><div id="rows"></div></div><script>
    const list = document.getElementById("list"), rows = document.getElementById("rows");
    let asked = 0, busy = false;
    async function more() {
      const left = list.scrollHeight > list.clientHeight + 1 ? list.scrollHeight - list.scrollTop - list.clientHeight : document.body.scrollHeight - scrollY - innerHeight;
      if (busy || asked >= ${total} || left > 50) return;
      busy = true; asked += 1;
      await fetch("/feed-part?n=" + asked);
      for (let i = 0; i < 10; i++) rows.append(Object.assign(document.createElement("p"), { className: "row", style: "height:100px", textContent: asked }));
      busy = false;
    }
    addEventListener("scroll", more, true); more();
  </script>`;

  test.each([
    ["a page", ""],
    ["the list inside of a page", "height: 400px; overflow-y: auto"],
  ])("loads all of %s, however slowly it comes", async (_, style) => {
    here.site.route("/feed-part", (_request, response) => void setTimeout(() => response.end("x"), 700));
    const [scrolled, rows] = await on("/feed", feed(style, 4), async ({ page, scrollToEnd }) => [
      await scrollToEnd(),
      await page.locator(".row").count(),
    ]);
    expect([scrolled, rows]).toEqual([{ end: "end", rounds: expect.any(Number), height: expect.any(Number) }, 40]);
  });

  test.each([
    ["rounds", { rounds: 3 }],
    ["height", { height: 5000 }],
    ["timeout", { timeout: 600 }],
  ])("ends by %s where there is no end", async (end, options) => {
    here.site.route("/feed-part", "x");
    expect(await on("/endless", feed("", 1e9), ({ scrollToEnd }) => scrollToEnd(options))).toMatchObject({ end });
  });
});

describe("Downloading by a click", () => {
  const CSV = "a,b\n1,2\n";
  const sha256 = createHash("sha256").update(CSV).digest("hex");

  beforeAll(() => {
    here.site.route("/made.csv", (_request, response) => {
      const headers = { "content-type": "text/csv", "content-encoding": "gzip", "content-disposition": "attachment" };
      response.writeHead(200, headers).end(gzipSync(CSV));
    });
  });

  test.each([
    ["what the server sends", '<a href="/made.csv">get</a>', { name: "made.csv", type: "text/csv" }],
    ["what comes in a window of its own", '<a target="_blank" href="/made.csv">get</a>', { name: "made.csv" }],
    [
      "what a script makes",
      `<a>get</a><script>document.querySelector("a").onclick = () => { const a = document.createElement("a");
        a.href = URL.createObjectURL(new Blob(["a,b\\n1,2\\n"])); a.download = "../own.csv"; a.click(); }</script>`,
      { name: expect.stringMatching(/^[^/]*own\.csv$/), url: expect.stringMatching(/\/click$/) },
    ],
  ])("keeps %s", async (_, body, expected) => {
    const file = await on("/click", body, ({ page, download }) => download(page.getByText("get")));
    expect(file).toMatchObject({ size: CSV.length, sha256, ...expected });
    expect((await contents(here.files, sha256)).toString()).toBe(CSV);
  });

  test("gives null with a warning when it cannot be had, or fails when it is required", async () => {
    const given = await on("/click", '<a href="/made.csv">get</a>', async ({ page, download }) => {
      page.setDefaultTimeout(300);
      const required = download(page.getByText("nothing"), { required: true });
      await expect(required).rejects.toMatchObject({ code: "network", message: expect.stringContaining("Clicking") });
      return [await download(page.getByText("nothing")), await download(page.getByText("get"), { maxBytes: 3 })];
    });
    expect(given).toEqual([null, null]);
    expect(here.logged.filter((line) => line.startsWith("warn"))).toEqual([
      expect.stringContaining("Clicking"),
      expect.stringContaining("larger than 3 bytes"),
    ]);
  });
});

test("Windows that a page opens are counted in the log", async () => {
  await on("/opener", `<button onclick="window.open('/docs/')">open</button>`, async ({ page }) => {
    for (let count = 0; count < 2; count += 1) {
      await Promise.all([page.waitForEvent("popup"), page.click("button")]);
      await expect.poll(() => here.logged.join()).toContain(`opened a window (${count + 1} so far)`);
    }
  });
});
