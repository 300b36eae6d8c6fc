import { expect, test } from "vitest";
import type { Definition, PlannedTask } from "../../../apps/server/core/definition.ts";
import type { TaskRun } from "../../../apps/server/core/entities.ts";
import { planRun, planSubtasks } from "../../../apps/server/core/plan.ts";
import { SPEC } from "../../support/store.ts";

const ids = (): (() => string) => {
  let next = 0;
  return () => `id-${++next}`;
};
const task = (name: string, more: Partial<PlannedTask> = {}): PlannedTask => ({
  name,
  use: name,
  needs: [],
  with: {},
  spec: SPEC,
  ...more,
});
const operation = (tasks: readonly PlannedTask[]): Definition => ({
  ...{
    name: "nightly",
    kind: "operation",
    description: "",
    path: "nightly.yaml",
    hash: "",
    input: null,
    triggers: [],
    flow: "",
  },
  tasks,
});

test("A task alone gets the run's input", () => {
  const definition: Definition = { ...operation([task("scan")]), name: "scan", kind: "code" };
  expect(planRun(definition, { url: "x" }, ids())).toEqual([
    expect.objectContaining({ task: "scan", key: "", parent: null, input: { url: "x" } }),
  ]);
});

test("Needs become ids of task runs of the same run", () => {
  const [first, second] = planRun(operation([task("a"), task("b", { needs: ["a"] })]), {}, ids());
  expect(second?.needs).toEqual([first?.id]);
});

test("Another task gets what `with` says; a command of the operation also gets the run's input", () => {
  const tasks = [task("used", { with: { a: 1 } }), task("inline", { use: null, with: { a: 1 } })];
  expect(planRun(operation(tasks), { b: 2 }, ids()).map((draft) => draft.input)).toEqual([{ a: 1 }, { a: 1, b: 2 }]);
});

const PARENT = { id: "p", task: "crawl", root: "p", depth: 2, spec: SPEC, hook: null } as TaskRun;

test("A subtask is the parent's task one level deeper, under its key", () => {
  const { drafts } = planSubtasks(PARENT, [{ task: null, key: "k", input: { n: 1 } }], () => null, ids());
  expect(drafts).toEqual([
    { id: "id-1", task: "crawl", key: "k", parent: "p", root: "p", depth: 3, spec: SPEC, input: { n: 1 }, needs: [] },
  ]);
});

test("A subtask of another task is executed as that one", () => {
  const other = task("fetch", { spec: { ...SPEC, kind: "browser" } });
  const { drafts } = planSubtasks(PARENT, [{ task: "fetch", key: "k", input: {} }], () => other, ids());
  expect(drafts[0]).toMatchObject({ task: "fetch", spec: { kind: "browser" } });
});

test("A subtask of a task that does not exist is told, once", () => {
  const spawned = [1, 2].map((n) => ({ task: "nope", key: String(n), input: {} }));
  expect(planSubtasks(PARENT, spawned, () => null, ids())).toEqual({ drafts: [], unknown: ["nope"] });
});

test("A key that is spawned twice at once is one subtask", () => {
  const spawned = [1, 2].map((n) => ({ task: null, key: "same", input: { n } }));
  expect(planSubtasks(PARENT, spawned, () => null, ids()).drafts.map((draft) => draft.input)).toEqual([{ n: 1 }]);
});

test("Subtasks of another task keep to the limits of the one that all began with", () => {
  const parent = { ...PARENT, spec: { ...SPEC, limits: { depth: 2, subtasks: 9 }, traps: "ignore" as const } };
  const other = task("page");
  const { drafts } = planSubtasks(parent, [{ task: "page", key: "k", input: {} }], () => other, ids());
  expect(drafts[0]?.spec).toEqual({ ...other.spec, limits: { depth: 2, subtasks: 9 }, traps: "ignore" });
});

test("Hosts that the input of the operation's own task names are known to its subtasks, and those of their own input are not", () => {
  const [root] = planRun(operation([task("crawl", { with: { url: "http://wiki.lan:8080/" } })]), {}, ids());
  expect(root?.spec.hosts).toEqual(["wiki.lan:8080"]);
  const parent = { ...PARENT, spec: root?.spec ?? SPEC };
  const spawned = [{ task: null, key: "k", input: { url: "http://10.0.0.1/" } }];
  expect(planSubtasks(parent, spawned, () => null, ids()).drafts[0]?.spec.hosts).toEqual(["wiki.lan:8080"]);
  const other = [{ task: "fetch", key: "k", input: { url: "http://10.0.0.1/" } }];
  expect(planSubtasks(parent, other, () => task("fetch"), ids()).drafts[0]?.spec.hosts).toEqual(["wiki.lan:8080"]);
});
