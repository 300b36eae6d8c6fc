import { expect, test } from "vitest";
import { staleAfterEvent, staleAfterNotice } from "../../../apps/web/src/stale.ts";

test("A change of a run refreshes that run, the list of runs, the data, what waits for a person, and the schedule", () => {
  expect(staleAfterNotice({ type: "run", run: "a" })).toEqual([
    ["run", "a"],
    ["runs"],
    ["data"],
    ["approvals"],
    ["schedule"],
  ]);
});

test("A change of a task run refreshes its run", () => {
  expect(staleAfterNotice({ type: "task_run", run: "a" })).toContainEqual(["run", "a"]);
});

test("More changes than can be told refresh everything", () => {
  expect(staleAfterNotice({ type: "reload" })).toEqual([[]]);
});

test.each([
  ["tasks.loaded", [["tasks"], ["schedule"]]],
  ["schedule.paused", [["schedule"]]],
  ["server.started", []],
] as const)("The event %s refreshes what it names", (kind, keys) => {
  expect(staleAfterEvent({ kind, run: null })).toEqual(keys);
});

test("An event of a run refreshes that run", () => {
  expect(staleAfterEvent({ kind: "run.finished", run: "a" })).toContainEqual(["run", "a"]);
});
