/** Pausing, cancelling and retrying parts of a run: the verbs over the statements of subtree-sql.ts. */
import type { InStatement, ResultSet } from "@libsql/client";
import type { RunStore } from "../core/run-store.ts";
import { closeWaitingAttempts } from "./cancel-sql.ts";
import { type Database, FenceError } from "./database.ts";
import { followUp } from "./graph-sql.ts";
import { settledOf, waitingOf } from "./settled.ts";
import { cancelBelowStatements, pauseStatements, resumeStatements, retryBelowStatements } from "./subtree-sql.ts";

type Verbs = Pick<RunStore, "pause" | "resume" | "cancelBelow" | "retryBelow">;

export function controlSubtrees(database: Database): Verbs {
  const write = (statements: readonly InStatement[]) => unlessFenced(database, statements);
  return {
    async pause(runId, taskRunId, now) {
      const results = await write(pauseStatements(runId, taskRunId, now));
      return results && { removed: idsOf(results.find((result) => result.columns.join() === "id")) };
    },
    async resume(runId, taskRunId, now) {
      const results = await write(resumeStatements(runId, taskRunId, now));
      return results && settledOf(results);
    },
    async cancelBelow(runId, taskRunId, now) {
      const own = [...cancelBelowStatements(runId, taskRunId, now), closeWaitingAttempts(runId, now)];
      const results = await write([...own, ...followUp(runId, now)]);
      if (results === null) return null;
      const [removed, running] = results.filter((result) => result.columns.join() === "id");
      return { ...settledOf(results.slice(own.length)), removed: idsOf(removed), running: idsOf(running) };
    },
    async retryBelow(runId, taskRunId, onlyFailed, now) {
      const statements = retryBelowStatements(runId, taskRunId, onlyFailed, now);
      const results = await write([...statements, ...followUp(runId, now)]);
      return results && { ...settledOf(results), waiting: waitingOf(results) };
    },
  };
}

async function unlessFenced(database: Database, statements: readonly InStatement[]): Promise<ResultSet[] | null> {
  try {
    return await database.write(statements);
  } catch (error) {
    if (error instanceof FenceError) return null;
    throw error;
  }
}

function idsOf(result: ResultSet | undefined): string[] {
  return (result?.rows ?? []).map((row) => String(row.id));
}
