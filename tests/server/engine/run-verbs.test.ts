import { describe, expect, test } from "vitest";
import { defineTask, makeEngine } from "../../support/engine.ts";
import { FAILED, operation, play, ran } from "../../support/operations.ts";

describe("trying a run again", () => {
  const chain = { a: {}, b: { needs: ["a"], with: { from: "${input.n}" } }, c: { needs: ["b"] } };

  test("from a task runs it and everything behind it, and leaves what is before it alone", async () => {
    const house = await play(operation(chain));
    const { id } = await ran(house, { n: 1 });
    await house.engine.retry(id, { from: "b" });
    await house.finished(id);
    const { items } = await house.store.taskRuns.list(id, {});
    expect(items.map((item) => [item.task, item.state, item.attempt])).toEqual([
      ["a", "succeeded", 1],
      ["b", "succeeded", 2],
      ["c", "succeeded", 2],
    ]);
  });

  test("with other input gives it to what runs again", async () => {
    const house = await play(operation({ ...chain, a: { use: null } }));
    const { id } = await ran(house, { n: 1 });
    await house.engine.retry(id, { from: "b", input: { n: 2 } });
    await house.finished(id);
    const { items } = await house.store.taskRuns.list(id, {});
    expect(items.map((item) => item.input)).toEqual([{ n: 1 }, { from: 2 }, {}]);
    expect((await house.store.runs.get(id))?.input).toEqual({ n: 2 });
  });

  test("from a task that fanned out fans out again", async () => {
    const lists = [["x", "y", "z"], ["x"]];
    const definition = operation({
      list: {},
      copy: { needs: ["list"], each: "${list.output}", with: { item: "${item}" } },
    });
    const house = await makeEngine([definition], async ({ task, input }) => ({
      output: task === "list" ? (lists.shift() ?? []) : input,
    }));
    const { id } = await ran(house);
    expect((await house.store.runs.get(id))?.counts.succeeded).toBe(5);
    await house.engine.retry(id, { from: "list" });
    await house.finished(id);
    expect(await house.store.runs.get(id)).toMatchObject({ state: "succeeded", counts: { succeeded: 3 } });
  });

  test("gives a task alone other input", async () => {
    const house = await makeEngine([defineTask("o")], async ({ input }) =>
      input.n === 1 ? FAILED : { output: input },
    );
    const { id } = await ran(house, { n: 1 });
    await house.engine.retry(id, { input: { n: 2 } });
    await house.finished(id);
    expect((await house.store.taskRuns.list(id, {})).items[0]).toMatchObject({ state: "succeeded", output: { n: 2 } });
  });

  test.each([
    [{ from: "z" }, "invalid_request", /name of a task of this run \(a, b, c\), got "z"/],
    [{ input: { wrong: 1 } }, "invalid_input", /input\.wrong/],
    [{}, "conflict", /name the task to start from/],
  ])("with %o is refused with %s", async (options, code, message) => {
    const house = await play(operation(chain));
    const { id } = await ran(house, { n: 1 });
    await expect(house.engine.retry(id, options)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
  });
});
