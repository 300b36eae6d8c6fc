import { describe, expect, test } from "vitest";
import type { Definition } from "../../../apps/server/core/definition.ts";
import { defineTask, makeEngine, type TestEngine } from "../../support/engine.ts";
import { operation } from "../../support/operations.ts";

describe("concurrency", () => {
  /** Runs five at once and tells how many of each key ever ran together. */
  async function most(
    definition: Definition,
    hosts: readonly string[],
  ): Promise<{ most: Record<string, number>; ids: string[]; house: TestEngine }> {
    const now: Record<string, number> = {};
    const most: Record<string, number> = {};
    const house = await makeEngine([definition], async ({ input }) => {
      const host = String(input.host);
      now[host] = (now[host] ?? 0) + 1;
      most[host] = Math.max(most[host] ?? 0, now[host]);
      await new Promise((resolve) => setImmediate(resolve));
      now[host] -= 1;
      return {};
    });
    const ids = await Promise.all(hosts.map((host) => house.submit("o", { host })));
    for (const id of ids) await house.finished(id);
    return { most, ids, house };
  }

  test("of an operation lets its runs follow one another", async () => {
    const definition = operation({ a: { use: null } }, { concurrency: { limit: 1 } });
    const { most: seen, ids, house } = await most(definition, ["x", "x", "x", "x", "x"]);
    expect(seen).toEqual({ x: 1 });
    for (const id of ids) expect((await house.store.runs.get(id))?.state).toBe("succeeded");
  });

  test("by a key counts every value apart", async () => {
    const definition = operation({ a: { use: null } }, { concurrency: { limit: 1, key: "${input.host}" } });
    expect((await most(definition, ["x", "y", "x", "y", "x"])).most).toEqual({ x: 1, y: 1 });
  });

  test("of a task holds for all runs", async () => {
    const definition = defineTask("o", { spec: { concurrency: { of: "o", limit: 1 } } });
    expect((await most(definition, ["x", "x", "x", "x", "x"])).most).toEqual({ x: 1 });
  });
});
