import { describe, expect, it } from "vitest";
import type { TaskRule } from "../../../apps/server/core/operation.ts";
import { applyRule, wantedBy } from "../../../apps/server/core/rule.ts";

const rule = (more: Partial<TaskRule>): TaskRule => ({ use: "task", with: {}, ...more });
const DATA = {
  pull: { output: { path: "/in/a", list: [1, 2] }, state: "succeeded" },
  input: { n: 5 },
  state: { heat: true },
};

describe("A rule", () => {
  it("that names nothing wants nothing", () => {
    expect(wantedBy(rule({ with: { a: "plain" } }))).toBeNull();
  });

  it("wants the tasks, outputs of subtasks and keys of the state that it names, each once", () => {
    const named = rule({
      with: { a: "${pull.output.path}", b: "${pages.outputs} ${item}" },
      if: "state.heat == true",
      each: "${pull.output.list}",
    });
    expect(wantedBy(named)).toEqual({ tasks: ["pull", "pages"], items: ["pages"], stateKeys: ["heat"] });
  });

  it("fills in what the tasks before put out", () => {
    expect(applyRule(rule({ with: { file: "${pull.output.path}" } }), {}, DATA)).toEqual({
      type: "run",
      input: { file: "/in/a" },
    });
  });

  it("whose condition does not hold skips its task, and says which it was", () => {
    const applied = applyRule(rule({ if: "input.n > 7" }), {}, DATA);
    expect(applied).toEqual({ type: "skip", message: "the condition does not hold: input.n > 7" });
    expect(applyRule(rule({ if: "input.n > 3" }), {}, DATA)).toMatchObject({ type: "run" });
  });

  it("for each of a list makes an input of every item", () => {
    const applied = applyRule(rule({ each: "${pull.output.list}", with: { n: "${item}", at: "${index}" } }), {}, DATA);
    expect(applied).toMatchObject({
      type: "fan-out",
      inputs: [
        { n: 1, at: 0 },
        { n: 2, at: 1 },
      ],
    });
  });

  it.each([
    [{ each: "${pull.output.path}" }, "each: expected a list"],
    [{ with: { a: "${pull.output.gone.deeper}" } }, "gone"],
  ])("like %j that cannot be applied says why", (more, message) => {
    expect(applyRule(rule(more), {}, DATA)).toEqual({ type: "invalid", message: expect.stringContaining(message) });
  });
});
