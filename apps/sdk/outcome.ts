/** Two verbs for task authors that end an attempt on purpose. */

/** Thrown by `skip`: the task run ends as `skipped`, which is no failure. */
export class SkipError extends Error {
  override readonly name = "SkipError";
}

/** Thrown by `fail`: the task run ends as `failed` at once, whatever attempts are left. */
export class FailError extends Error {
  override readonly name = "FailError";
}

/** Ends this task run as `skipped`: there was nothing to do, and `reason` says why. */
export function skip(reason: string): never {
  throw new SkipError(reason);
}

/** Ends this task run as `failed` without another attempt: trying again would not help. */
export function fail(reason: string): never {
  throw new FailError(reason);
}
