/** The tasks of an operation as they wait for each other; from left to right, or downwards where there is little room. */
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import type { ReactElement } from "react";
import { useSyncExternalStore } from "react";
import type { Run } from "../api.ts";
import { StateDot } from "../components/state-badge.tsx";
import { type Edge, type Spot, spots } from "../flow.ts";
import { flowQuery } from "../queries.ts";

const route = getRouteApi("/runs/$id");

/** With more tasks than this a drawing says less than the tree. */
const MOST = 60;
const NODE = { width: 148, height: 34 };
const GAP = { along: 44, beside: 12 };

export function Diagram({ run }: { run: Run }): ReactElement | null {
  const { data } = useQuery({ ...flowQuery(run.id), enabled: run.kind === "operation" });
  const { task: selected } = route.useSearch();
  const down = useSyncExternalStore(listen, () => NARROW.matches);
  const { nodes = [], edges = [] } = data ?? {};
  if (nodes.length < 2 || nodes.length > MOST) return null;
  const places = spots(
    nodes.map(({ id }) => id),
    edges,
  );
  const at = (task: string): Point => pointOf(places.get(task) ?? { layer: 0, lane: 0 }, down);
  const points = nodes.map(({ id }) => at(id));
  const size = {
    width: Math.max(...points.map(({ x }) => x)) + NODE.width,
    height: Math.max(...points.map(({ y }) => y)) + NODE.height,
  };
  return (
    <section className="card diagram" aria-label="Flow">
      <div className="diagram-space" style={size}>
        <svg {...size} aria-hidden="true">
          {edges.map((edge) => (
            <path key={`${edge.from} ${edge.to}`} d={curve(edge, at, down)} />
          ))}
        </svg>
        {nodes.map(({ id, taskRun, state, label }) => (
          <Link
            key={id}
            to="."
            search={(search) => ({ ...search, task: selected === taskRun ? undefined : taskRun, tab: undefined })}
            resetScroll={false}
            className="diagram-node"
            data-state={state}
            aria-current={selected === taskRun}
            style={{ left: at(id).x, top: at(id).y, ...NODE }}
            title={id}
          >
            <StateDot state={state} />
            <span className="truncate">{label}</span>
          </Link>
        ))}
      </div>
    </section>
  );
}

interface Point {
  readonly x: number;
  readonly y: number;
}

function pointOf({ layer, lane }: Spot, down: boolean): Point {
  return down
    ? { x: lane * (NODE.width + GAP.beside), y: layer * (NODE.height + GAP.along / 2) }
    : { x: layer * (NODE.width + GAP.along), y: lane * (NODE.height + GAP.beside) };
}

function curve({ from, to }: Edge, at: (task: string) => Point, down: boolean): string {
  const [a, b] = [at(from), at(to)];
  if (down) {
    const [x, y, endX] = [a.x + NODE.width / 2, a.y + NODE.height, b.x + NODE.width / 2];
    return `M${x} ${y}C${x} ${(y + b.y) / 2} ${endX} ${(y + b.y) / 2} ${endX} ${b.y}`;
  }
  const [x, y, endY] = [a.x + NODE.width, a.y + NODE.height / 2, b.y + NODE.height / 2];
  return `M${x} ${y}C${(x + b.x) / 2} ${y} ${(x + b.x) / 2} ${endY} ${b.x} ${endY}`;
}

const NARROW = window.matchMedia("(max-width: 859px)");

function listen(listener: () => void): () => void {
  NARROW.addEventListener("change", listener);
  return () => NARROW.removeEventListener("change", listener);
}
