/** The statements that bring a run into being, with its task runs. */
import type { InStatement } from "@libsql/client";
import type { RunDraft } from "../core/run-store.ts";
import { followUp } from "./graph-sql.ts";
import { insertRun } from "./run-sql.ts";
import { insertPlan, waits } from "./spawn-sql.ts";

export function createStatements(draft: RunDraft, now: number): InStatement[] {
  const event: InStatement = {
    sql: "INSERT INTO events (time, kind, run_id, name, data) VALUES (?, 'run.created', ?, ?, json_object('trigger', ?))",
    args: [now, draft.id, draft.name, draft.trigger.kind],
  };
  return [insertRun(draft, now), ...insertPlan(draft.id, draft.tasks, now), event, ...followingUp(draft, now)];
}

/** Where nothing waits, nothing follows. */
function followingUp(draft: RunDraft, now: number): InStatement[] {
  return draft.tasks.length > 0 && !draft.tasks.some(waits) ? [] : followUp(draft.id, now);
}
