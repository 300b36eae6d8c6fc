/** What becomes of an attempt that spawned something that is no task. */
import type { Outcome } from "../core/execution.ts";

type Failed = Extract<Outcome, { type: "failed" }>;

/** Spawning a task that does not exist fails the attempt that asked for it. */
export function unknownSpawn(names: readonly string[], outcome: Extract<Outcome, { type: "succeeded" }>): Failed {
  const message = `spawn: expected the name of a task in option "task", got ${names.map((name) => JSON.stringify(name)).join(", ")}`;
  return {
    type: "failed",
    reason: "not_found",
    error: { code: "unknown_task", message },
    retryable: false,
    retryAfter: null,
    files: outcome.files,
    usage: outcome.usage,
  };
}
