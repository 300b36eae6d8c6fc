/** The words every room shares: states, reasons, kinds, triggers. ARCHITECTURE.md says what each means. */

export const STATES = ["waiting", "queued", "running", "succeeded", "failed", "cancelled", "skipped"] as const;
export type State = (typeof STATES)[number];

export const FINAL_STATES = ["succeeded", "failed", "cancelled", "skipped"] as const;
export type FinalState = (typeof FINAL_STATES)[number];

/** Why a run or task run is in its state; set by the transition that led there. */
export const REASONS = [
  "created", // accepted, nothing has happened yet
  "ready", // everything it waited for is done
  "claimed", // a worker took it
  "completed", // did what it should
  "retry", // an attempt failed, another will follow
  "retried", // a person asked for it again
  "approval", // waits for a person's word
  "time", // waits for a time
  "operation", // waits for the run that it started
  "rejected", // a person said no
  "concurrency", // as many as may run at once do
  "load", // the machine is as busy as it may be
  "resources", // its node has not enough processors or memory left
  "paused", // a person wants it to wait
  "interrupted", // its owner died in the middle of it
  "error", // the script threw
  "exit", // the command's exit code was not 0
  "timeout", // took longer than allowed
  "memory", // took more memory than allowed
  "processes", // started more processes than allowed
  "crashed", // its process died
  "invalid_input", // its input does not fit its schema, or is not there
  "not_found", // its task file is gone, or the page is
  "http_status", // a page answered with an error
  "network", // a page could not be reached
  "upstream_failed", // a task it needs did not succeed
  "fail_fast", // another item of its list failed before it began
  "condition", // its condition did not hold
  "not_needed", // what it stands in for did not happen
  "task_failed", // a run: at least one task run failed
  "cancelled", // a person cancelled it
  "limit", // its task's fan-out received or took as much as it may
  "duplicate", // its page was found at an address that another subtask has
  "out_of_scope", // its page was found at an address that nobody asked for
  "no_page", // its address is named like a file, and is one
  "skipped", // the script said there was nothing to do
] as const;
export type Reason = (typeof REASONS)[number];

export const KINDS = ["shell", "browser", "code"] as const;
export type Kind = (typeof KINDS)[number];

export const TRIGGER_KINDS = ["cron", "every", "when", "after", "api", "manual", "webhook", "task"] as const;
export type TriggerKind = (typeof TRIGGER_KINDS)[number];

/** Whether nothing more happens to a run or task run in this state, unless a person retries it. */
export function isFinal(state: State): state is FinalState {
  return (FINAL_STATES as readonly State[]).includes(state);
}
