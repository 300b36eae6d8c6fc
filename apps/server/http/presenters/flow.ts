/** The flow of a run as the API shows it. */
import { z } from "@hono/zod-openapi";
import type { Run } from "../../core/entities.ts";
import { activeNodes, definedNodes, type FlowTask, NODE_STATUSES } from "../../core/flow-view.ts";
import { STATES } from "../../core/words.ts";

const CloudmeshNode = z.object({
  name: z.string(),
  dependencies: z.array(z.string()),
  workflow: z.string(),
  cm: z.object({
    kind: z.literal("flow"),
    cloud: z.string(),
    name: z.string(),
    collection: z.string(),
    created: z.string(),
    modified: z.string(),
  }),
  kind: z.literal("flow"),
  cloud: z.string(),
  status: z.enum(NODE_STATUSES),
});

const style = { label: z.string(), color: z.string(), shape: z.string(), value: z.unknown() };

export const FlowView = z
  .object({
    name: z.string(),
    nodes: z.array(z.object({ id: z.string(), taskRun: z.string(), state: z.enum(STATES), ...style })).optional(),
    edges: z.array(z.object({ from: z.string(), to: z.string(), arrows: z.literal("to") })).optional(),
    definition: z.array(CloudmeshNode.openapi("FlowNode")).optional(),
    active: z.array(CloudmeshNode.extend({ result: z.unknown(), ...style }).openapi("ActiveFlowNode")).optional(),
  })
  .openapi("Flow");
export type FlowView = z.infer<typeof FlowView>;

/** Nodes and edges. */
export function presentGraph({ name }: Run, tasks: readonly FlowTask[]): FlowView {
  const styles = activeNodes(name, tasks);
  const nodes = tasks.map(({ taskRun }, index) => {
    const { label = taskRun.task, color = "violet", shape = "box", value = null } = styles[index] ?? {};
    return { id: taskRun.task, taskRun: taskRun.id, state: taskRun.state, label, color, shape, value };
  });
  const edges = tasks.flatMap(({ taskRun, needs }) =>
    needs.map((from) => ({ from, to: taskRun.task, arrows: "to" as const })),
  );
  return { name, nodes, edges };
}

/** The two collections of cloudmesh-flow. */
export function presentCloudmesh({ name }: Run, tasks: readonly FlowTask[]): FlowView {
  const copy = <T extends { dependencies: readonly string[] }>(node: T) => ({
    ...node,
    dependencies: [...node.dependencies],
  });
  return { name, definition: definedNodes(name, tasks).map(copy), active: activeNodes(name, tasks).map(copy) };
}
