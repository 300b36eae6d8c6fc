import { expect, test } from "vitest";
import { defineTask, makeEngine } from "../../support/engine.ts";

/** In which order subtasks begin, one at a time. */
async function order(
  spec: object,
  spawnedBy: (key: string | null) => { key: string; priority?: number }[],
): Promise<string[]> {
  const begun: string[] = [];
  const task = defineTask("crawl", { spec });
  const house = await makeEngine(
    [task],
    async ({ key }) => {
      if (key !== null) begun.push(key);
      return { spawned: spawnedBy(key).map((each) => ({ task: null, input: {}, ...each })) };
    },
    { atOnce: 1 },
  );
  const id = await house.submit("crawl");
  await house.finished(id);
  return begun;
}

test("Subtasks are taken up by their priority, and in the order of spawning where that is the same", async () => {
  const wanted = [
    ["low", -5],
    ["a", 0],
    ["high", 7],
    ["b", 0],
  ] as const;
  const begun = await order({}, (key) =>
    key === null ? wanted.map(([name, priority]) => ({ key: name, priority })) : [],
  );
  expect(begun).toEqual(["high", "a", "b", "low"]);
});

test("A crawl goes on level by level, or down first if its task says so", async () => {
  const tree = (key: string | null): { key: string }[] =>
    (key ?? "").length >= 2 ? [] : ["1", "2"].map((name) => ({ key: (key ?? "") + name }));
  expect(await order({}, tree)).toEqual(["1", "2", "11", "12", "21", "22"]);
  expect(await order({ order: "depth" }, tree)).toEqual(["1", "11", "12", "2", "21", "22"]);
});
