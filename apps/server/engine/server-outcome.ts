/** How tasks end that the server does itself. */
import type { RunResult } from "../core/completion.ts";
import type { Run } from "../core/entities.ts";
import type { Outcome } from "../core/execution.ts";
import type { Json } from "../core/json.ts";
import type { Reason } from "../core/words.ts";

const USAGE = { cpuMs: null, peakMemoryBytes: null };

export function ended(outcome: Outcome): { readonly type: "ended"; readonly outcome: Outcome } {
  return { type: "ended", outcome };
}

export function succeeded(output: Json): Outcome {
  return { type: "succeeded", output, spawned: [], records: [], files: [], report: {}, usage: USAGE };
}

export function failed(reason: Reason, code: string, message: string, retryable = false): Outcome {
  return { type: "failed", reason, error: { code, message }, retryable, retryAfter: null, files: [], usage: USAGE };
}

/** What the end of a run means for the task run that it is. */
export function outcomeOfRun(run: Run, { output, error }: RunResult): Outcome {
  const what = `${run.name} (run ${run.id})`;
  if (run.state === "succeeded") return succeeded(output);
  if (run.state === "skipped") return { type: "skipped", message: `${what} had nothing to do`, usage: USAGE };
  if (run.state === "cancelled") return failed("cancelled", "operation_cancelled", `${what} was cancelled`);
  return failed("task_failed", "operation_failed", `${what} failed: ${error || run.summary}`, true);
}
