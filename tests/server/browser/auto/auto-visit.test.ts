import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Document } from "../../../../apps/sdk/context.ts";
import { MIXED } from "../../../support/site/mixed.ts";
import { type Started, start } from "../start.ts";

let started: Started;
beforeEach(async () => {
  started = await start();
});
afterEach(() => started.close());

/** Visits each page in a session of its own, as a crawl's subtasks do. */
async function visitAll(paths: readonly string[]): Promise<Map<string, Document>> {
  const pages = new Map<string, Document>();
  for (const path of paths) {
    const session = await started.open();
    pages.set(path, await session.fixtures.visit(started.site.url + path));
    await session.close();
  }
  return pages;
}

const tierOf = (pages: Map<string, Document>, path: string) => pages.get(path)?.tier;

describe("automatic visits", () => {
  test("serve pages whose scripts only decorate over HTTP, after three comparisons, and one more for another template of the same scripts", async () => {
    const pages = await visitAll(MIXED.decorated);
    expect([...pages.values()].map(({ tier }) => tier)).toEqual(MIXED.decorated.map(() => "http"));
    expect(started.site.count("/mixed/bundle.js")).toBeGreaterThan(0);
    const asked = MIXED.decorated.map((path) => started.site.count(path));
    expect(asked.filter((count) => count === 2)).toHaveLength(3 + 1);
    expect(pages.get("/mixed/articles/12")?.tierReason).toContain("comparisons with Chromium agreed");
    expect(started.logged.join("\n")).toContain("/mixed/articles/N are fetched over HTTP from now on");
  });

  test("serve pages to which scripts add prices, lists or forms in Chromium, from the first on", async () => {
    const pages = await visitAll(MIXED.built);
    for (const path of MIXED.built) expect([path, tierOf(pages, path)]).toEqual([path, "browser"]);
    expect(pages.get("/mixed/shop/1")?.text).toContain("€ 12.50");
    expect(pages.get("/mixed/lists/6")?.links()).toContain(`${started.site.url}/mixed/hidden/6`);
    expect(pages.get("/mixed/contact")?.forms).toHaveLength(2);
    expect(pages.get("/mixed/shop/1")?.tierReason).toContain("€12.50");
  });

  test("find every page of a mixed site, whichever comes first, and keep what is only decorated out of Chromium", async () => {
    const found = new Set<string>([MIXED.start]);
    const tiers = new Map<string, string>();
    for (const path of found) {
      const session = await started.open();
      const page = await session.fixtures.visit(started.site.url + path);
      tiers.set(path, page.tier);
      for (const link of page.links({ scope: "same-host" })) found.add(link.slice(started.site.url.length));
      await session.close();
    }
    expect([...found].sort()).toEqual([...MIXED.pages].sort());
    expect(MIXED.decorated.map((path) => tiers.get(path))).toEqual(MIXED.decorated.map(() => "http"));
  });

  test("compare a template once at a time for sessions that come together", async () => {
    const visits = MIXED.decorated.slice(0, 10).map(async (path) => {
      const session = await started.open();
      const { tier } = await session.fixtures.visit(started.site.url + path);
      await session.close();
      return tier;
    });
    expect(await Promise.all(visits)).toEqual(visits.map(() => "http"));
    expect(started.site.received.filter(({ headers }) => headers["sec-fetch-dest"] === "document")).toHaveLength(3);
  });
});

describe("automatic visits to a page whose scripts lead elsewhere", () => {
  const away = '<script>if (top === self) location.replace("/framed/#" + location.pathname)</script>';
  const chapter = (n: number) => `<title>Chapter ${n}</title>${away}<p>${`All about chapter ${n}. `.repeat(20)}</p>`;

  test("keep what it says itself, as chapters that belong into a frame do, and take where it leads as a link", async () => {
    started.site.route("/framed/", '<title>Book</title><iframe src="/framed/1"></iframe>');
    const paths = [1, 2, 3, 4, 5].map((n) => `/framed/${n}`);
    for (const [at, path] of paths.entries()) started.site.route(path, chapter(at + 1));
    const pages = await visitAll(paths);
    expect([...pages.values()].map(({ title }) => title)).toEqual([1, 2, 3, 4, 5].map((n) => `Chapter ${n}`));
    expect(pages.get("/framed/1")?.links()).toEqual([`${started.site.url}/framed/`]);
    expect(pages.get("/framed/5")?.tierReason).toContain("comparisons with Chromium agreed");
  });

  test("follow them from a page that only says where to go", async () => {
    started.site.route("/moved", '<p>Moved <a href="/docs/">here</a>.</p><script>location = "/docs/"</script>');
    expect((await visitAll(["/moved"])).get("/moved")).toMatchObject({
      url: `${started.site.url}/docs/`,
      title: "Manual",
    });
  });
});

describe("automatic visits without Chromium", () => {
  test("take pages with scripts as they come over HTTP, and say so once", async () => {
    const without = await start({ chromium: null });
    for (const path of MIXED.decorated) {
      const session = await without.open();
      const page = await session.fixtures.visit(without.site.url + path);
      expect(page).toMatchObject({ tier: "http", tierReason: expect.stringContaining("could not be tried") });
    }
    expect(without.logged.filter((line) => line.startsWith("warn"))).toHaveLength(1);
    await without.close();
  });
});
