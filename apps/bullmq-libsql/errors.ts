// The refusals of a queue operation, worded and numbered as BullMQ's own backends do: callers branch on the code.

/** Codes shared by all BullMQ backends. */
export const Refusal = {
  jobMissing: -1,
  lockMissing: -2,
  notInState: -3,
  pendingChildren: -4,
  parentMissing: -5,
  lockMismatch: -6,
  parentCannotBeReplaced: -7,
  belongsToScheduler: -8,
  failedChildren: -9,
  schedulerCollision: -10,
  schedulerSlotsBusy: -11,
} as const;
export type Refusal = (typeof Refusal)[keyof typeof Refusal];

/** What the message of a refusal may mention. */
export interface RefusalDetails {
  command: string;
  jobId?: string | undefined;
  parentKey?: string | undefined;
  state?: string | undefined;
}

const messages: Record<Refusal, (details: RefusalDetails) => string> = {
  [Refusal.jobMissing]: ({ jobId, command }) => `Missing key for job ${jobId}. ${command}`,
  [Refusal.lockMissing]: ({ jobId, command }) => `Missing lock for job ${jobId}. ${command}`,
  [Refusal.notInState]: ({ jobId, state, command }) => `Job ${jobId} is not in the ${state} state. ${command}`,
  [Refusal.pendingChildren]: ({ jobId, command }) => `Job ${jobId} has pending dependencies. ${command}`,
  [Refusal.parentMissing]: ({ parentKey, command }) => `Missing key for parent job ${parentKey}. ${command}`,
  [Refusal.lockMismatch]: ({ jobId, state, command }) => `Lock mismatch for job ${jobId}. Cmd ${command} from ${state}`,
  [Refusal.parentCannotBeReplaced]: ({ parentKey, command }) =>
    `The parent job ${parentKey} cannot be replaced. ${command}`,
  [Refusal.belongsToScheduler]: ({ jobId, command }) =>
    `Job ${jobId} belongs to a job scheduler and cannot be removed directly. ${command}`,
  [Refusal.failedChildren]: ({ jobId, command }) =>
    `Cannot complete job ${jobId} because it has at least one failed child. ${command}`,
  [Refusal.schedulerCollision]: ({ command }) =>
    `Cannot create job scheduler iteration - job ID already exists. ${command}`,
  [Refusal.schedulerSlotsBusy]: ({ command }) =>
    `Cannot create job scheduler iteration - current and next time slots already have jobs. ${command}`,
};

/** Builds the error for a refusal. Throw it before anything was written. */
export function refused(code: Refusal, details: RefusalDetails): Error {
  const error = Object.assign(new Error(messages[code](details)), { code });
  // A worker knows by this name that retrying is pointless.
  if (code === Refusal.failedChildren) error.name = "UnrecoverableError";
  return error;
}

/** What an operation gets after its backend was closed; BullMQ knows this message and keeps quiet about it. */
export function connectionClosed(): Error {
  return new Error("Connection is closed.");
}
