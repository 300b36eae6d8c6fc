import { expect, test } from "vitest";
import type { Json } from "../../../apps/server/core/json.ts";
import { code, lab } from "./runners.ts";

test("A script sees a value with its version and writer, its former values, and writes on condition", async () => {
  const { task, start } = await lab();
  const spec = await task(
    code(`
      await state.set("k", 1);
      const lost = await state.set("k", 2, { version: 0 }).then(() => false, (error) => error.message);
      return { entry: await state.entry("k"), none: await nodeState.entry("k"), lost, history: await state.history("k", 5) };`),
  );
  const fact = { value: 1, version: 1, updatedAt: "1970-01-01T00:00:00.000Z", writer: "lab" };
  expect(await start(spec).outcome).toMatchObject({
    output: { entry: fact, none: null, lost: expect.stringContaining("there already"), history: [fact] },
  });
});

test("A script that watches a key sees what it is, and what it becomes", async () => {
  const { task, start } = await lab();
  const state = new Map<string, Json>();
  const spec = await task(
    code(`
      const seen = [];
      for await (const fact of state.watch("k")) {
        seen.push(fact?.value ?? null);
        log("saw", String(fact?.value));
        if (seen.length === 2) return seen;
      }`),
  );
  const started = start(spec, { state });
  await started.said("saw undefined");
  state.set("global/k", 7);
  expect(await started.outcome).toMatchObject({ output: [null, 7] });
});
