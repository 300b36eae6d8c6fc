import { describe, expect, it } from "vitest";
import { activeNodes, definedNodes, type FlowTask } from "../../../apps/server/core/flow-view.ts";
import type { Json } from "../../../apps/server/core/json.ts";
import type { Reason, State } from "../../../apps/server/core/words.ts";

const AT = Date.parse("2019-05-02T00:32:11.034Z");

function task(name: string, state: State, more: { needs?: string[]; output?: Json; reason?: Reason } = {}): FlowTask {
  const { needs = [], output = null, reason = "created" } = more;
  const times = { createdAt: AT, startedAt: null, finishedAt: null };
  return { taskRun: { id: `run-${name}`, task: name, state, reason, output, error: null, ...times }, needs };
}

describe("A flow that is defined", () => {
  it("has for every node the object that cloudmesh keeps in its definition collection", () => {
    expect(definedNodes("test", [task("pytesta", "succeeded")])).toEqual([
      {
        name: "pytesta",
        dependencies: [],
        workflow: "test",
        cm: {
          kind: "flow",
          cloud: "test",
          name: "pytesta",
          collection: "test-flow",
          created: "2019-05-02 00:32:11.034000",
          modified: "2019-05-02 00:32:11.034000",
        },
        kind: "flow",
        cloud: "test",
        status: "defined",
      },
    ]);
  });

  it("keeps its dependencies, however far the run is", () => {
    const nodes = definedNodes("test", [task("a", "succeeded"), task("b", "running", { needs: ["a"] })]);
    expect(nodes.map(({ status, dependencies }) => [status, dependencies])).toEqual([
      ["defined", []],
      ["defined", ["a"]],
    ]);
  });
});

describe("A flow that goes on", () => {
  it.each([
    ["waiting", "pending", "lightblue"],
    ["queued", "pending", "lightblue"],
    ["running", "running", "orange"],
    ["succeeded", "finished", "green"],
    ["skipped", "finished", "green"],
    ["failed", "error", "red"],
    ["cancelled", "error", "red"],
  ] as const)("shows a task that is %s as %s in %s", (state, status, color) => {
    expect(activeNodes("test", [task("a", state)])).toMatchObject([
      { status, color, label: "a", shape: "box", value: null, cm: { collection: "test-flow-active" } },
    ]);
  });

  it("loses dependencies as they finish", () => {
    const needs = ["a", "b"];
    const nodes = activeNodes("test", [task("a", "succeeded"), task("b", "running"), task("c", "waiting", { needs })]);
    expect(nodes[2]?.dependencies).toEqual(["b"]);
  });

  it("ends what depends on a failed node in error, and names that node", () => {
    const doomed = { needs: ["a"], reason: "upstream_failed" } as const;
    const [, b] = activeNodes("test", [task("a", "failed"), task("b", "skipped", { ...doomed, needs: ["a"] })]);
    expect(b).toMatchObject({ status: "error", dependencies: ["a"], result: { error: "not executed, because of a" } });
  });

  it("keeps what a node returned as its result, to the letter", () => {
    const output = { name: "a", result: { everything: "ok" } };
    expect(activeNodes("test", [task("a", "succeeded", { output })])[0]?.result).toEqual(output);
  });

  it("looks as its tasks say", () => {
    const output = { status: "done", color: "gold", shape: "circle", label: "c", value: { x: 10 } };
    expect(activeNodes("test", [task("a", "succeeded", { output })])).toMatchObject([
      { color: "gold", shape: "circle", label: "c", value: { x: 10 }, result: output },
    ]);
  });

  it.each([["text"], [["list"]], [{ color: 7, label: "", shape: null }]])(
    "looks as ever when a task says %j",
    (output: Json) => {
      expect(activeNodes("test", [task("a", "succeeded", { output })])).toMatchObject([
        { color: "green", label: "a", shape: "box", value: null },
      ]);
    },
  );
});
