import { describe, expect, test } from "vitest";
import type { Structure } from "../../../../apps/server/browser/auto/structure.ts";
import { createTemplates, type Turn } from "../../../../apps/server/browser/auto/templates.ts";

const page = (template: string, features: readonly string[] = [template]): Structure => ({
  family: "site",
  template,
  pattern: `site.example/${template}`,
  features,
});
const signal = new AbortController().signal;

/** Whether a promise is still waiting once everything that can go on has gone on. */
async function isWaiting(promise: Promise<unknown>): Promise<boolean> {
  const waits = Symbol("waits");
  return (await Promise.race([promise, new Promise((resolve) => setImmediate(resolve, waits))])) === waits;
}

async function agree(turn: Promise<Turn>): Promise<string | null> {
  return (await turn).settle("agreed", "");
}

describe("the turns of a template", () => {
  test("are comparisons for the first three pages, and the others wait for what comes of them", async () => {
    const templates = createTemplates();
    const turns = await Promise.all([1, 2, 3].map(() => templates.turn(page("a"), signal)));
    expect(turns.map(({ tier }) => tier)).toEqual(["compare", "compare", "compare"]);
    const fourth = templates.turn(page("a"), signal);
    expect(await isWaiting(fourth)).toBe(true);
    expect(turns.map((turn) => turn.settle("agreed", ""))).toEqual([
      null,
      null,
      "Pages like site.example/a are fetched over HTTP from now on: both tiers agreed 3 times in a row.",
    ]);
    expect(await fourth).toMatchObject({ tier: "http", why: "scripts_decorate" });
  });

  test("go to another page when a comparison comes to nothing", async () => {
    const templates = createTemplates();
    const turns = await Promise.all([1, 2, 3].map(() => templates.turn(page("a"), signal)));
    const fourth = templates.turn(page("a"), signal);
    turns[0]?.settle(null, "");
    expect(await fourth).toMatchObject({ tier: "compare" });
  });

  test("are Chromium from the first difference on, also for those who waited", async () => {
    const templates = createTemplates();
    const turns = await Promise.all([1, 2, 3].map(() => templates.turn(page("a"), signal)));
    const fourth = templates.turn(page("a"), signal);
    expect(turns[0]?.settle("differed", "add 2 links")).toBe(
      "Pages like site.example/a are rendered in Chromium from now on: their scripts add 2 links.",
    );
    expect(await fourth).toMatchObject({
      tier: "browser",
      why: "scripts_add",
      reason: expect.stringContaining("add 2 links"),
    });
  });

  test("do not wait for others where the session sits in Chromium already", async () => {
    const templates = createTemplates();
    for (let n = 0; n < 5; n++) expect(await templates.turn(page("a"), null)).toMatchObject({ tier: "compare" });
  });

  test("end for who waits when the attempt ends", async () => {
    const templates = createTemplates();
    for (let n = 0; n < 3; n++) await templates.turn(page("a"), signal);
    const controller = new AbortController();
    const waiting = templates.turn(page("a"), controller.signal);
    controller.abort(new Error("cancelled"));
    await expect(waiting).rejects.toThrow("cancelled");
  });

  test("are HTTP for all once nothing can be compared, which is told once", async () => {
    const templates = createTemplates();
    const turns = await Promise.all([1, 2, 3].map(() => templates.turn(page("a"), signal)));
    const fourth = templates.turn(page("a"), signal);
    expect([templates.giveUp("no Chromium"), templates.giveUp("no Chromium")]).toEqual([true, false]);
    for (const turn of turns) turn.settle("failed", "browser_missing");
    expect(await fourth).toMatchObject({
      tier: "http",
      why: "not_compared",
      reason: expect.stringContaining("no Chromium"),
    });
  });
});

describe("templates of the same scripts", () => {
  test("need one comparison for what is new, and none for what only combines what was seen", async () => {
    const templates = createTemplates();
    for (let n = 0; n < 3; n++) await agree(templates.turn(page("a"), signal));
    const other = templates.turn(page("b"), signal);
    expect(await other).toMatchObject({ tier: "compare" });
    await agree(other);
    expect(await templates.turn(page("b"), signal)).toMatchObject({ tier: "http" });
    expect(await templates.turn(page("c", ["a", "b"]), signal)).toMatchObject({ tier: "http" });
  });

  test("are all looked at again when one turns out to differ", async () => {
    const templates = createTemplates();
    for (let n = 0; n < 3; n++) await agree(templates.turn(page("a"), signal));
    expect(await templates.turn(page("c", ["a"]), signal)).toMatchObject({ tier: "http" });
    (await templates.turn(page("b"), signal)).settle("differed", "add a list");
    expect(await templates.turn(page("c", ["a"]), signal)).toMatchObject({ tier: "compare" });
    expect(await templates.turn(page("a"), signal)).toMatchObject({ tier: "http" });
  });
});
