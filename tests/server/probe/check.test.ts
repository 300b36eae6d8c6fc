import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import type { Finding } from "../../../apps/server/core/condition.ts";
import { parseCondition } from "../../../apps/server/core/condition-form.ts";
import { createProber } from "../../../apps/server/probe/index.ts";
import { startSite } from "../../support/site.ts";
import { makeStore } from "../../support/store.ts";
import { openCatalog, tasksFolder } from "../loader/folder.ts";
import { lab } from "../runner/runners.ts";

const SHOP = `<title>Shop</title><ul id="list"></ul><script>
  for (const n of [3, 5]) document.getElementById("list").append(Object.assign(document.createElement("li"), { textContent: n }));
</script>`;

/** Looks at the conditions of a task file, one after the other, with the real loader, a real runner and a real Chromium. */
async function looks(conditions: readonly string[], kind = "shell"): Promise<{ url: string; found: Finding[] }> {
  const site = await startSite();
  onTestFinished(() => site.close());
  site.route("/shop", SHOP);
  const url = `${site.url}/shop`;
  const triggers = conditions.map((condition) => `when({ page: "${url}", ${condition} })`).join(", ");
  const body = kind === "shell" ? 'command: "true"' : "run() {}";
  const text = `import { ${kind}, when } from "ultravisor";\nexport default ${kind}({ triggers: [${triggers}], ${body} });\n`;
  const catalog = await openCatalog(await tasksFolder({ "watch/shop.ts": text }));
  expect(catalog.problems()).toEqual([]);
  const [store, { pool }] = [await makeStore(), await lab()];
  const prober = createProber({
    ...{ state: store.state, node: "node-a", folder: join(store.folder, "conditions") },
    executors: { shell: pool, browser: pool },
    fileOf: (name) => ({ file: catalog.get(name)?.file ?? "", hash: "h" }),
  });
  const found: Finding[] = [];
  for (const trigger of catalog.get("watch/shop")?.triggers ?? []) {
    if (!("when" in trigger)) continue;
    found.push(await prober.probe(parseCondition(trigger.when).probe, new AbortController().signal));
  }
  return { url, found };
}

describe("A condition that a function decides", () => {
  test.each(["shell", "browser"])(
    "gives what that says of the page as its scripts made it, in a %s task's file",
    async (kind) => {
      const { found } = await looks(
        [
          'check: async ({ page }) => (await page.locator("li").count()) > 1',
          'check: async ({ page }) => page.locator("li").last().innerText(), above: 4',
          "check: ({ links }) => links(), changed: true",
          'check: async ({ page }) => page.title(), contains: "ho"',
        ],
        kind,
      );
      expect(found).toEqual([{ value: true }, { value: "5" }, { value: [] }, { value: true }]);
    },
  );

  test("may do without a page", async () => {
    const { found } = await looks([
      'check: async ({ visit, url }) => (await visit(url, { render: "never" })).title, equals: "Shop"',
    ]);
    expect(found).toEqual([{ value: "Shop" }]);
  });

  test("that throws or returns nothing cannot be told, and says why", async () => {
    const { found } = await looks(['check: () => { throw new Error("no price"); }', "check: () => {}"]);
    expect(found).toEqual([{ problem: "no price" }, { problem: "the check returned nothing" }]);
  });
});

test.each([
  ["a YAML file", { check: "async () => true" }, /expected a function in a TypeScript task file/],
  ["a selector beside it", { check: { of: "a", source: "() => 1" }, selector: "b" }, /either a selector or a check/],
])("A check in %s is refused", (_, more, message) => {
  expect(() => parseCondition({ page: "https://shop.example/", ...more })).toThrow(message);
});
