/** In which order the subtasks of a fan-out are taken up: as a number that rises with urgency, 0 where nobody says anything. */

/** What a task may say about one input: at most so much either way. */
export const MOST_PRIORITY = 1000;
const DEEPEST = 999;
/** BullMQ takes priorities from 1 (first) to 2²¹ (last); jobs without one go before all of them. */
const LAST = 2 ** 21;
const MIDDLE = 2 ** 20;

/**
 * @param wanted what `spawn` was told for this input: higher is earlier
 * @param order `depth`: what is farther from the start goes first among equals; else first come, first served
 */
export function priorityOf(wanted: number | undefined, order: "breadth" | "depth" | undefined, depth: number): number {
  if (wanted === undefined && order !== "depth") return 0;
  const own = Math.min(Math.max(Math.round(wanted ?? 0), -MOST_PRIORITY), MOST_PRIORITY);
  return MIDDLE + own * (DEEPEST + 1) + (order === "depth" ? Math.min(depth, DEEPEST) : 0);
}

/** As the queue counts; undefined: none. */
export function queuePriority(priority: number): number | undefined {
  return priority === 0 ? undefined : LAST - priority;
}
