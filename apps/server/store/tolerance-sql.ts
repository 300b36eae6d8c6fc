/**
 * Whether what failed below a root is tolerated by its task, as core/tolerance.ts has it. Every condition looks at the root's own
 * counter first: nothing here is read for a fan-out without failures, nor for a task that tolerates none.
 */

/** Of a root: its counter takes those that failed and those that were cancelled together. */
const FAILED_BELOW = (row: string): string =>
  `(${row}.failed_subtasks - (SELECT count(*) FROM task_runs c WHERE c.run_id = ${row}.run_id AND c.state = 'cancelled' AND c.root_id = ${row}.id AND c.parent_id IS NOT NULL))`;

/** Of a root below which something failed: that is within what its task tolerates, whatever was cancelled beside it. */
export const IS_WITHIN = (row: string): string =>
  `EXISTS (SELECT 1 FROM specs s WHERE s.id = ${row}.spec_id AND s.spec->'tolerates' IS NOT NULL AND CASE WHEN s.spec->'$.tolerates.count' IS NOT NULL
    THEN ${FAILED_BELOW(row)} <= s.spec->>'$.tolerates.count' ELSE ${FAILED_BELOW(row)} * 10000 <= s.spec->>'$.tolerates.basisPoints' * ${row}.subtasks END)`;

/** Of a root: nothing below it failed or was cancelled, save for failures that its task tolerates. */
export const WENT_WELL_BELOW = (row: string): string =>
  `(${row}.failed_subtasks = 0 OR (${IS_WITHIN(row)} AND ${FAILED_BELOW(row)} = ${row}.failed_subtasks))`;

/** Of a row of `runs`, whose id is ?1: how many of its failed task runs are tolerated. */
export const TOLERATED = `CASE WHEN failed = 0 THEN 0 ELSE coalesce((SELECT sum(${FAILED_BELOW("t")}) FROM task_runs t
    WHERE t.run_id = ?1 AND t.parent_id IS NULL AND t.state = 'succeeded' AND t.failed_subtasks > 0 AND ${IS_WITHIN("t")}), 0) END`;
