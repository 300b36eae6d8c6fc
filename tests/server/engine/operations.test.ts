import { describe, expect, test } from "vitest";
import { makeEngine } from "../../support/engine.ts";
import { FAILED, operation, play, ran, USAGE } from "../../support/operations.ts";

describe("input from earlier tasks", () => {
  test("is filled in from outputs, the run's input, the run and global state, and kept on the row", async () => {
    const house = await play(
      operation({
        pull: {},
        next: {
          needs: ["pull"],
          with: {
            file: "${pull.output.path}",
            files: "${pull.output.files}",
            text: "${input.count} of ${run.name}",
            mode: "${state.mode}",
          },
        },
      }),
      { pull: { path: "/in/a", files: ["a", 1] } },
    );
    await house.store.state.set("global", "mode", "day", "test");
    const { by } = await ran(house, { count: 3 });
    const input = { file: "/in/a", files: ["a", 1], text: "3 of o", mode: "day" };
    expect(by("next")).toMatchObject({ state: "succeeded", input, output: input });
  });

  test("is never read as a template itself, whoever wrote it", async () => {
    const house = await play(
      operation({
        pull: { use: null, with: { own: "${input.text}" } },
        next: { needs: ["pull"], use: null, with: { seen: "${pull.output.text}", path: "${pull.output.own}" } },
      }),
    );
    const text = "${state.secret} ${pull.output}";
    await house.store.state.set("global", "secret", "s3cret", "test");
    const { by } = await ran(house, { text });
    expect(by("pull")?.output).toEqual({ text, own: text });
    expect(by("next")?.output).toEqual({ text, seen: text, path: text });
  });

  test("that is not there fails the task at once, saying what is missing", async () => {
    const retry = { attempts: 5, delay: 1, backoff: "fixed", maxDelay: 1 } as const;
    const definition = operation({ pull: {}, next: { needs: ["pull"], with: { n: "${pull.output.n}" } } });
    const [pull, next] = definition.tasks;
    if (!pull || !next) throw new Error("expected two tasks");
    const house = await play(
      { ...definition, tasks: [pull, { ...next, spec: { ...next.spec, retry } }] },
      { pull: { m: 1 } },
    );
    const { by } = await ran(house);
    expect(by("next")).toMatchObject({
      ...{ state: "failed", reason: "invalid_input", attempt: 1 },
      error: { code: "invalid_input", message: "${pull.output.n} leads nowhere: pull.output is an object with m" },
    });
  });
});

describe("a condition", () => {
  test.each([
    [9, "succeeded"],
    [3, "skipped"],
  ])("on an output of %i leaves the task %s, and what needs it goes on", async (n, state) => {
    const house = await play(
      operation({ count: {}, big: { needs: ["count"], if: "count.output.n > 5" }, last: { needs: ["big"] } }),
      {
        count: { n: String(n) },
      },
    );
    const { by, run } = await ran(house);
    expect(by("big")?.state).toBe(state);
    expect(by("last")?.state).toBe("succeeded");
    expect(run?.state).toBe("succeeded");
  });

  test("that does not hold is the reason beside the state", async () => {
    const house = await play(operation({ a: { if: "state.mode == 'on'" } }));
    const { by, run } = await ran(house);
    expect(by("a")).toMatchObject({ reason: "condition", output: "the condition does not hold: state.mode == 'on'" });
    expect(run?.state).toBe("skipped");
  });
});

describe("a fallback", () => {
  test("stands in for a task that failed for good, with its output", async () => {
    const house = await play(
      operation({
        big: {},
        small: { fallbackFor: "big", with: { why: "${big.error.message}" } },
        report: { needs: ["big"], with: { file: "${big.output.file}" } },
      }),
      { big: () => FAILED, small: { file: "small.mp4" } },
    );
    const { by, run } = await ran(house);
    expect(by("small")?.input).toEqual({ why: "it broke" });
    expect(by("report")?.input).toEqual({ file: "small.mp4" });
    expect(run).toMatchObject({ state: "succeeded", counts: { failed: 1, succeeded: 2 } });
  });
});

describe("hooks", () => {
  test("are told how the run has ended", async () => {
    const house = await play(
      operation({
        work: {},
        onFailure: { hook: "failure", with: { state: "${run.state}", failed: "${run.failed}", error: "${run.error}" } },
        onSuccess: { hook: "success" },
      }),
      { work: () => FAILED },
    );
    const { by, run } = await ran(house);
    expect(by("onFailure")?.input).toEqual({ state: "failed", failed: ["work"], error: "it broke" });
    expect(by("onSuccess")).toMatchObject({ state: "skipped", reason: "not_needed" });
    expect(run?.state).toBe("failed");
  });
});

describe("a timeout of the operation", () => {
  test("ends what runs, and the run as failed", async () => {
    const house = await makeEngine(
      [operation({ slow: {}, next: { needs: ["slow"] } }, { timeout: 50 })],
      async (_a, _h, signal) => {
        if (!signal.aborted) await new Promise((resolve) => signal.addEventListener("abort", resolve));
        return { type: "cancelled", usage: USAGE };
      },
    );
    const { run, by } = await ran(house);
    expect(run).toMatchObject({ state: "failed", reason: "timeout" });
    expect(by("next")).toMatchObject({ state: "cancelled", reason: "timeout" });
  });
});

describe("a list", () => {
  const tasks = {
    list: {},
    copy: { needs: ["list"], each: "${list.output}", with: { file: "${item.name}", at: "${index}" } },
    join: { needs: ["copy"], with: { all: "${copy.outputs}" } },
  };

  test("gives one subtask per item, and what needs the task waits for all", async () => {
    const house = await play(operation(tasks), { list: [..."abcdefghijkl"].map((name) => ({ name })) });
    const { by, run } = await ran(house);
    expect(by("copy")?.output).toEqual({ items: 12 });
    expect(by("copy", "11")?.input).toEqual({ file: "l", at: 11 });
    expect(by("join")?.input).toEqual({ all: [..."abcdefghijkl"].map((file, at) => ({ file, at })) });
    expect(run).toMatchObject({ state: "succeeded", counts: { succeeded: 15 } });
  });

  test("without items lets what needs it go on", async () => {
    const { by, run } = await ran(await play(operation(tasks), { list: [] }));
    expect(by("join")?.input).toEqual({ all: [] });
    expect(run?.state).toBe("succeeded");
  });

  test("that is no list fails the task", async () => {
    const { by, run } = await ran(await play(operation(tasks), { list: { n: 1 } }));
    expect(by("copy")?.error?.message).toBe('each: expected a list, ${list.output} is {"n":1}');
    expect(run?.state).toBe("failed");
  });

  test("gives a command its item beside the run's input", async () => {
    const own = operation({ list: {}, copy: { needs: ["list"], use: null, each: "${list.output}" } });
    const { by } = await ran(await play(own, { list: ["x"] }), { target: "/out" });
    expect(by("copy", "0")?.input).toEqual({ target: "/out", item: "x", index: 0 });
  });
});
