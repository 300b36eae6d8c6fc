/**
 * The flow of a run as others draw it: as nodes and edges, and as the two collections of cloudmesh-flow, the definition (`<name>-flow`,
 * every node `defined`) and what goes on (`<name>-flow-active`, with status, result and dependencies that shrink as nodes finish).
 */
import type { TaskRun } from "./entities.ts";
import type { Json, JsonObject } from "./json.ts";
import type { State } from "./words.ts";

/** One task of an operation in a run, with what it waits for. */
export interface FlowTask {
  readonly taskRun: Pick<
    TaskRun,
    "id" | "task" | "state" | "reason" | "output" | "error" | "createdAt" | "startedAt" | "finishedAt"
  >;
  /** Names of tasks that must have succeeded before it. */
  readonly needs: readonly string[];
}

export const NODE_STATUSES = ["defined", "pending", "running", "finished", "error"] as const;
export type NodeStatus = (typeof NODE_STATUSES)[number];

export interface FlowNode {
  readonly name: string;
  readonly dependencies: readonly string[];
  readonly workflow: string;
  readonly cm: {
    readonly kind: "flow";
    readonly cloud: string;
    readonly name: string;
    readonly collection: string;
    readonly created: string;
    readonly modified: string;
  };
  readonly kind: "flow";
  readonly cloud: string;
  readonly status: NodeStatus;
}

/** How a node looks; a task says otherwise by what it returns: `{ label, color, shape, value }`. */
export interface NodeStyle {
  readonly label: string;
  readonly color: string;
  readonly shape: string;
  readonly value: Json;
}

export interface ActiveNode extends FlowNode, NodeStyle {
  readonly result: Json;
}

const STATUS: Readonly<Record<State, NodeStatus>> = {
  waiting: "pending",
  queued: "pending",
  running: "running",
  succeeded: "finished",
  failed: "error",
  cancelled: "error",
  skipped: "finished",
};

const COLORS: Readonly<Record<NodeStatus, string>> = {
  defined: "violet",
  pending: "lightblue",
  running: "orange",
  finished: "green",
  error: "red",
};

/** The nodes as they were defined when the run began. */
export function definedNodes(workflow: string, tasks: readonly FlowTask[]): FlowNode[] {
  return tasks.map(({ taskRun, needs }) => nodeOf(workflow, `${workflow}-flow`, taskRun, needs, "defined"));
}

/** The nodes as they are now. */
export function activeNodes(workflow: string, tasks: readonly FlowTask[]): ActiveNode[] {
  const statuses = new Map(tasks.map(({ taskRun }) => [taskRun.task, statusOf(taskRun)]));
  return tasks.map(({ taskRun, needs }) => {
    const left = needs.filter((name) => statuses.get(name) !== "finished");
    const status = statusOf(taskRun);
    return {
      ...nodeOf(workflow, `${workflow}-flow-active`, taskRun, left, status),
      ...styleOf(taskRun, status),
      result: resultOf(taskRun, left),
    };
  });
}

/** What a task that has not run for another's sake came to: it names those that failed. */
function resultOf({ output, error, reason }: FlowTask["taskRun"], left: readonly string[]): Json {
  if (reason === "upstream_failed") return { error: `not executed, because of ${left.join(", ")}` };
  return output ?? (error === null ? null : { error: error.message });
}

function statusOf({ state, reason }: FlowTask["taskRun"]): NodeStatus {
  return reason === "upstream_failed" ? "error" : STATUS[state];
}

function styleOf({ task, output }: FlowTask["taskRun"], status: NodeStatus): NodeStyle {
  const said = isObject(output) ? output : {};
  const text = (name: string, otherwise: string): string => {
    const value = Object.hasOwn(said, name) ? said[name] : undefined;
    return typeof value === "string" && value !== "" ? value : otherwise;
  };
  const value = Object.hasOwn(said, "value") ? said.value : undefined;
  return {
    label: text("label", task),
    color: text("color", COLORS[status]),
    shape: text("shape", "box"),
    value: value ?? null,
  };
}

function nodeOf(
  workflow: string,
  collection: string,
  taskRun: FlowTask["taskRun"],
  dependencies: readonly string[],
  status: NodeStatus,
): FlowNode {
  const { task: name, createdAt, startedAt, finishedAt } = taskRun;
  const modified = status === "defined" ? createdAt : (finishedAt ?? startedAt ?? createdAt);
  const cm = {
    kind: "flow",
    cloud: workflow,
    name,
    collection,
    created: time(createdAt),
    modified: time(modified),
  } as const;
  return { name, dependencies, workflow, cm, kind: "flow", cloud: workflow, status };
}

/** `2019-05-02 00:32:11.034870`, in UTC. */
function time(ms: number): string {
  return `${new Date(ms).toISOString().replace("T", " ").slice(0, -1)}000`;
}

function isObject(value: Json): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
