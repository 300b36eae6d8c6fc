/** Rules about the flow of a run: which tasks are behind which. */

export interface Edge {
  readonly from: string;
  readonly to: string;
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
