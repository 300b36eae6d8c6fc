import { expect, test } from "vitest";
import { PageDocument } from "../../../apps/server/browser/document/document.ts";
import { Served } from "../../../apps/server/browser/served.ts";

const page = (path: string, tier: "http" | "browser" = "http") =>
  new PageDocument({
    ...{ url: `https://site.example${path}`, status: 200, headers: {}, type: "text/html", html: "" },
    ...{ tier, tierReason: "", tierWhy: tier === "http" ? "no_scripts" : "scripts_add" },
  });

test("pages are counted by the pattern of their address, their tier and why", () => {
  const served = new Served();
  for (const path of ["/shop/1", "/shop/2", "/about"]) served.note(page(path));
  served.note(page("/shop/3", "browser"));
  expect(served.tiers()).toEqual({
    http: 3,
    browser: 1,
    served: [
      { pattern: "site.example/shop/N", tier: "http", why: "no_scripts", pages: 2 },
      { pattern: "site.example/*", tier: "http", why: "no_scripts", pages: 1 },
      { pattern: "site.example/shop/N", tier: "browser", why: "scripts_add", pages: 1 },
    ],
  });
});

test("patterns without end are counted together", () => {
  const served = new Served();
  for (let n = 0; n < 1000; n++) served.note(page(`/${"x".repeat(n + 1)}/`.replaceAll("x", "a/")));
  const { http, served: kinds } = served.tiers();
  expect(http).toBe(1000);
  expect(kinds).toHaveLength(51);
  expect(kinds?.at(-1)).toMatchObject({ pattern: "others", pages: 950 });
});
