/** Why a subtask that was wanted is not started: the limits of its task, and addresses that look like a trap. */
export const STOP_REASONS = ["depth", "subtasks", "bytes", "time", "perTemplate", "perHost", "trap_suspected"] as const;
export type StopReason = (typeof STOP_REASONS)[number];
