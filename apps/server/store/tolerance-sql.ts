/**
 * Whether what failed below a root is tolerated by its task, as core/tolerance.ts has it. Every condition looks at the root's own
 * counter first: nothing more is read for a fan-out without failures.
 */

/** Of a root: how many may fail; 0 where its task tolerates none. The division of integers rounds down. */
const MOST = (row: string): string =>
  `coalesce((SELECT CASE WHEN s.spec->'$.tolerates.count' IS NOT NULL THEN s.spec->>'$.tolerates.count'
    ELSE s.spec->>'$.tolerates.basisPoints' * ${row}.subtasks / 10000 END FROM specs s WHERE s.id = ${row}.spec_id), 0)`;

const BELOW = (row: string, state: "failed" | "cancelled"): string =>
  `FROM task_runs c WHERE c.run_id = ${row}.run_id AND c.state = '${state}' AND c.root_id = ${row}.id AND c.parent_id IS NOT NULL`;

/** Of a root, whose counter takes those that failed and those that were cancelled together. */
const SOME_CANCELLED = (row: string): string => `EXISTS (SELECT 1 ${BELOW(row, "cancelled")})`;
const FAILED_BELOW = (row: string): string => `(SELECT count(*) ${BELOW(row, "failed")})`;

/** Of a root: nothing below it failed or was cancelled, save for failures that its task tolerates. */
export const WENT_WELL_BELOW = (row: string): string =>
  `(${row}.failed_subtasks = 0 OR (${row}.failed_subtasks <= ${MOST(row)} AND NOT ${SOME_CANCELLED(row)}))`;

/** Of a root below which something failed: its task tolerates that, whatever was cancelled beside it. */
export const IS_WITHIN = (row: string): string =>
  `EXISTS (SELECT 1 FROM (SELECT ${MOST(row)} AS most) WHERE most > 0
    AND (${row}.failed_subtasks <= most OR (${SOME_CANCELLED(row)} AND ${FAILED_BELOW(row)} <= most)))`;

/** Of a row of `runs`, whose id is ?1: how many of its failed task runs are tolerated. */
export const TOLERATED = `CASE WHEN failed = 0 THEN 0 ELSE coalesce((SELECT sum(${FAILED_BELOW("t")}) FROM task_runs t
    WHERE t.run_id = ?1 AND t.parent_id IS NULL AND t.state = 'succeeded' AND t.failed_subtasks > 0 AND ${IS_WITHIN("t")}), 0) END`;
