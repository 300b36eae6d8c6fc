/** How tasks are executed that have no file of their own: other operations, ready-made tasks, and commands inside an operation. */
import type { AttemptLimits } from "../core/attempt-limits.ts";
import {
  DEFAULT_LIMITS,
  DEFAULT_TIMEOUT,
  type Definition,
  NO_RETRY,
  NO_TIMEOUT,
  type TaskSpec,
} from "../core/definition.ts";
import type { ReadyMade } from "./kinds.ts";
import type { Loaded } from "./link.ts";
import type { InlineOptions } from "./options.ts";

/** An operation as a task of another: a run of its own, which the server begins and then waits for without a worker. */
export function operationSpec({ name, path, hash }: Definition): TaskSpec {
  return {
    kind: "code",
    source: name,
    file: path,
    hash,
    retry: NO_RETRY,
    timeout: NO_TIMEOUT,
    limits: DEFAULT_LIMITS,
    env: {},
    fixtures: [],
    server: { type: "operation", name },
  };
}

/** A ready-made task. */
export function readySpec({ name, kind, file, hash, fixtures, server }: ReadyMade): TaskSpec {
  const timeout = server === undefined ? DEFAULT_TIMEOUT : NO_TIMEOUT;
  const common = {
    kind,
    source: name,
    file,
    hash,
    retry: NO_RETRY,
    timeout,
    limits: DEFAULT_LIMITS,
    env: {},
    fixtures,
  };
  return server === undefined ? common : { ...common, server };
}

/** A command that is written inside an operation. */
export function inlineSpec(loaded: Loaded, use: InlineOptions): TaskSpec {
  return {
    kind: "shell",
    source: loaded.file.name,
    file: loaded.absolute,
    hash: loaded.hash,
    command: use.shell,
    retry: use.retry ?? NO_RETRY,
    timeout: use.timeout ?? DEFAULT_TIMEOUT,
    limits: DEFAULT_LIMITS,
    env: use.env,
    fixtures: [],
  };
}

/** In place of a task that cannot be used: what names it in its operation can then be checked. Never served. */
export function unknownSpec(use: string): TaskSpec {
  return {
    ...{ kind: "code", source: use, file: "", hash: "", retry: NO_RETRY, timeout: DEFAULT_TIMEOUT },
    ...{ limits: DEFAULT_LIMITS, env: {}, fixtures: [] },
  };
}

/** Left out where there are none. */
export function attemptLimits(limits: AttemptLimits): { attemptLimits?: AttemptLimits } {
  return Object.keys(limits).length === 0 ? {} : { attemptLimits: limits };
}
