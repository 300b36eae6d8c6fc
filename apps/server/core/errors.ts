/**
 * Every error that a user can meet. Each says what was expected, what came and the mend, and carries a stable `code`.
 * One door turns them into HTTP (http/problem.ts), one into exit codes (cli/exit.ts).
 */

/** Code → HTTP status. docs/errors.md lists the same codes; a test compares the two. */
export const ERROR_STATUS = {
  invalid_request: 400,
  unauthenticated: 401,
  forbidden: 403,
  unknown_task: 404,
  unknown_run: 404,
  unknown_file: 404,
  unknown_mirror: 404,
  unknown_key: 404,
  unknown_session: 404,
  unknown_collection: 404,
  unknown_record: 404,
  unknown_schedule: 404,
  unknown_route: 404,
  conflict: 409,
  run_final: 409,
  task_file_invalid: 409,
  body_too_large: 413,
  unsupported_media_type: 415,
  invalid_range: 416,
  wrong_host: 421,
  invalid_input: 422,
  invalid_trigger: 422,
  invalid_query: 422,
  query_too_slow: 422,
  too_many_requests: 429,
  internal: 500,
  database_busy: 503,
  shutting_down: 503,
  disk_full: 507,
} as const;

export type ErrorCode = keyof typeof ERROR_STATUS;

/** One field that is wrong: `path` as in `input.depth` or `triggers[0].cron`. */
export interface FieldError {
  readonly path: string;
  readonly message: string;
  /** Of what is wrong inside the field's text, counted from 1. */
  readonly position?: number;
}

interface ErrorOptions {
  readonly fields?: readonly FieldError[];
  readonly cause?: unknown;
  readonly retryAfter?: number;
}

/** An error with a stable code, fit to be shown to a user. */
export class UltravisorError extends Error {
  override readonly name = "UltravisorError";
  readonly code: ErrorCode;
  readonly fields: readonly FieldError[];
  /** Seconds after which it may go better; null: nobody knows. */
  readonly retryAfter: number | null;

  constructor(code: ErrorCode, message: string, options: ErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.fields = options.fields ?? [];
    this.retryAfter = options.retryAfter ?? null;
  }

  get status(): number {
    return ERROR_STATUS[this.code];
  }
}

/** The error of an attempt, as it is kept in history. */
export interface ErrorInfo {
  readonly code: string;
  readonly message: string;
  readonly stack?: string;
}
