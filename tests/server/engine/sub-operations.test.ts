import { describe, expect, test } from "vitest";
import type { Definition, PlannedTask } from "../../../apps/server/core/definition.ts";
import { NO_TIMEOUT } from "../../../apps/server/core/definition.ts";
import type { Run } from "../../../apps/server/core/entities.ts";
import type { Script, TestEngine } from "../../support/engine.ts";
import { makeEngine } from "../../support/engine.ts";
import { FAILED, operation } from "../../support/operations.ts";
import { SPEC } from "../../support/store.ts";

/** A task that is the operation `inner`. */
function inner(more: Partial<PlannedTask["spec"]> = {}): Partial<PlannedTask> {
  return {
    use: "inner",
    spec: { ...SPEC, timeout: NO_TIMEOUT, server: { type: "operation", name: "inner" }, ...more },
  };
}

function house(
  outer: Parameters<typeof operation>[0],
  play: Script,
  more: readonly Definition[] = [],
): Promise<TestEngine> {
  const definitions = [operation(outer), operation({ work: { use: null } }, { name: "inner" }), ...more];
  return makeEngine(definitions, play);
}

async function onlyChild({ store }: TestEngine, id: string): Promise<Run> {
  const { items } = await store.runs.list({ startedBy: id });
  expect(items).toHaveLength(1);
  return items[0] as Run;
}

async function taskOf({ store }: TestEngine, id: string, name: string) {
  const { items } = await store.taskRuns.list(id, { limit: 100 });
  return items.find((item) => item.task === name && item.key === null);
}

describe("an operation as a task of another", () => {
  test("is a run of its own with the task's input, whose output is the task's", async () => {
    const { submit, finished, store, ...rest } = await house(
      {
        a: {},
        sub: { ...inner(), needs: ["a"], with: { file: "${a.output}" } },
        b: { needs: ["sub"], with: { got: "${sub.output.file}" } },
      },
      async ({ task, input }) => ({ output: task === "a" ? "x.mkv" : input }),
    );
    const id = await submit("o");
    await finished(id);
    const child = await onlyChild({ store, submit, finished, ...rest }, id);
    expect(child).toMatchObject({ name: "inner", state: "succeeded", input: { file: "x.mkv" }, depth: 1 });
    expect(child.trigger).toMatchObject({ kind: "task", runId: id, cause: { name: "o", task: "sub" } });
    const { tasks, output } = await store.runs.result(id);
    expect(tasks.sub).toEqual({ state: "succeeded", output: { file: "x.mkv" } });
    expect(output).toEqual({ got: "x.mkv" });
  });

  test("waits without a worker: more of them than there are workers do not block each other", async () => {
    const names = Array.from({ length: 12 }, (_, index) => `sub${index}`);
    const engine = await house(Object.fromEntries(names.map((name) => [name, inner()])), async () => ({ output: 1 }));
    const id = await engine.submit("o");
    await engine.finished(id);
    expect(await engine.store.runs.get(id)).toMatchObject({ state: "succeeded", counts: { succeeded: 12 } });
  });

  test("that fails fails the task, is tried again by the task's rule, and goes on from what had succeeded", async () => {
    const tries: string[] = [];
    const retry = { ...SPEC.retry, attempts: 2, delay: 1 };
    const engine = await makeEngine(
      [operation({ sub: inner({ retry }) }), operation({ first: {}, second: { needs: ["first"] } }, { name: "inner" })],
      async ({ task }) => {
        tries.push(task);
        return tries.filter((tried) => tried === "second").length < 3 && task === "second" ? FAILED : { output: task };
      },
    );
    const id = await engine.submit("o");
    await engine.finished(id);
    expect(tries).toEqual(["first", "second", "second"]);
    const sub = await taskOf(engine, id, "sub");
    expect(sub).toMatchObject({
      state: "failed",
      reason: "task_failed",
      attempt: 2,
      error: { code: "operation_failed" },
    });
    expect(sub?.error?.message).toContain("it broke");

    await engine.engine.retry(id);
    await engine.finished(id);
    expect(tries).toEqual(["first", "second", "second", "second"]);
    expect(await onlyChild(engine, id)).toMatchObject({ state: "succeeded" });
    expect(await engine.store.runs.get(id)).toMatchObject({ state: "succeeded" });
  });

  test("is cancelled with the run it belongs to", async () => {
    const cancelled = { type: "cancelled", usage: { cpuMs: null, peakMemoryBytes: null } } as const;
    const working = Promise.withResolvers<void>();
    const engine = await house({ sub: inner() }, (_assignment, _host, signal) => {
      working.resolve();
      return new Promise((resolve) => signal.addEventListener("abort", () => resolve(cancelled)));
    });
    const id = await engine.submit("o");
    await working.promise;
    await engine.engine.cancel(id);
    const child = await onlyChild(engine, id);
    await engine.finished(child.id);
    expect((await onlyChild(engine, id)).state).toBe("cancelled");
    expect(await engine.store.runs.get(id)).toMatchObject({ state: "cancelled" });
  });
});
