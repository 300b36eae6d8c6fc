/** Rules about the flow of a run: which tasks are behind which. */

export interface Edge {
  readonly from: string;
  readonly to: string;
}

/** Where a task is drawn: how many are before it at most, and which of those beside it it is. */
export interface Spot {
  readonly layer: number;
  readonly lane: number;
}

/** A place for every task, each behind all that it waits for. */
export function spots(tasks: readonly string[], edges: readonly Edge[]): ReadonlyMap<string, Spot> {
  const layers = new Map<string, number>();
  const layerOf = (task: string): number => {
    const known = layers.get(task);
    if (known !== undefined) return known;
    // A circle cannot be, but nothing here should hang on one.
    layers.set(task, 0);
    const before = edges.filter(({ to }) => to === task).map(({ from }) => layerOf(from) + 1);
    const layer = Math.max(0, ...before);
    layers.set(task, layer);
    return layer;
  };
  const taken = new Map<number, number>();
  return new Map(
    tasks.map((task) => {
      const layer = layerOf(task);
      const lane = taken.get(layer) ?? 0;
      taken.set(layer, lane + 1);
      return [task, { layer, lane }];
    }),
  );
}

/** Names of the tasks that wait for `task`, directly or through others, in the order of `edges`. */
export function behind(task: string, edges: readonly Edge[]): readonly string[] {
  const found = new Set<string>();
  const visit = (name: string): void => {
    for (const { from, to } of edges) {
      if (from !== name || found.has(to)) continue;
      found.add(to);
      visit(to);
    }
  };
  visit(task);
  return [...found];
}
