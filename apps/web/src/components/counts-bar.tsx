/** Task runs by state as one bar. */
import type { ReactElement } from "react";
import type { Counts, State, TaskRun } from "../api.ts";
import { failedText, number } from "../format.ts";

/** Done first, then what runs, then what is still to come. */
const ORDER: readonly State[] = ["succeeded", "skipped", "cancelled", "failed", "running", "queued", "waiting"];

/** The states that occur, with how many task runs are in each. */
export function presentStates(counts: Counts): readonly (readonly [State, number])[] {
  return ORDER.map((state) => [state, counts[state]] as const).filter(([, count]) => count > 0);
}

export function CountsBar({ counts }: { counts: Counts }): ReactElement {
  const label = presentStates(counts)
    .map(([state, count]) => `${number(count)} ${state}`)
    .join(", ");
  return (
    <div className="bar" role="img" aria-label={label} title={label}>
      {presentStates(counts).map(([state, count]) => (
        <i key={state} data-state={state} style={{ flexGrow: count }} />
      ))}
    </div>
  );
}

interface CaptionProps {
  readonly counts: Counts;
  /** How many of the failed ones are tolerated. */
  readonly tolerated: number;
}

/** The bar with a line of words below it, for lists. */
export function CountsWithCaption({ counts, tolerated }: CaptionProps): ReactElement {
  return (
    <div className="counts">
      <CountsBar counts={counts} />
      <span className="caption">{caption(counts, tolerated)}</span>
    </div>
  );
}

/** How many of those that failed below a task run are tolerated: all of them, or none. */
export function toleratedIn({ tolerated, totals }: TaskRun): number {
  return tolerated ? (totals?.failed ?? 0) : 0;
}

function caption(counts: Counts, tolerated: number): string {
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const done = total - counts.running - counts.queued - counts.waiting;
  return `${number(done)} of ${number(total)} done${failedText(counts.failed, tolerated)}`;
}
