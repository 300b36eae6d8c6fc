import { describe, expect, test } from "vitest";
import type { SessionState } from "../../../apps/server/core/saved-session.ts";
import { defineTask, makeEngine } from "../../support/engine.ts";

const state = (value: string): SessionState => ({
  cookies: [{ name: "sid", value, domain: ".shop.example", path: "/" }],
  origins: [{ origin: "https://login.example", localStorage: [] }],
});

async function shop() {
  const seen: unknown[] = [];
  const task = defineTask("shop");
  const spec = { ...task.tasks[0]!.spec, session: "shop" };
  const made = await makeEngine([{ ...task, tasks: [{ ...task.tasks[0]!, spec }] }], async ({ input }, host) => {
    seen.push(await host.loadSession());
    if (input.fail) throw new Error("no");
    return typeof input.value === "string" ? { session: state(input.value) } : {};
  });
  const run = async (input: object): Promise<void> => made.finished(await made.submit("shop", input));
  return { run, store: made.store, seen };
}

describe("A saved session", () => {
  test("comes with the next run, of several the one that was saved last, and one that fails changes nothing", async () => {
    const { run, seen } = await shop();
    await run({ value: "5ecret-1" });
    await run({ value: "5ecret-2" });
    await run({ fail: true });
    await run({});
    expect(seen).toEqual([null, state("5ecret-1"), state("5ecret-2"), state("5ecret-2")]);
  });

  test("is told by name and hosts, and is sealed in the database", async () => {
    const { run, store } = await shop();
    await run({ value: "5ecret-value" });
    expect(await store.savedSessions.list()).toEqual([
      { name: "shop", domains: ["login.example", "shop.example"], updatedAt: expect.any(Number) },
    ]);
    expect(await store.savedSessions.read("shop")).toMatch(/^1\.\w{8}\.[\w-]+$/);
  });

  test("is forgotten when asked", async () => {
    const { run, store, seen } = await shop();
    await run({ value: "x" });
    expect([await store.savedSessions.delete("shop"), await store.savedSessions.delete("shop")]).toEqual([true, false]);
    await run({});
    expect(seen).toEqual([null, null]);
  });
});
