/** What the server and a runner process say to each other. */
import type { Chromium } from "../core/browsing.ts";
import type { DeclaredCollection } from "../core/definition.ts";
import type { StateEntry } from "../core/entities.ts";
import type { ErrorInfo } from "../core/errors.ts";
import type { Assignment, LogLine, Outcome } from "../core/execution.ts";
import type { Json, JsonObject } from "../core/json.ts";
import type { News } from "../core/key-news.ts";
import type { PaceReport } from "../core/page-limit.ts";
import type { PerHost } from "../core/politeness.ts";
import type { Recalled, Remembered } from "../core/recrawl.ts";
import type { SessionState } from "../core/saved-session.ts";

export interface RunnerSettings {
  /** The task file this runner serves. */
  readonly file: string;
  /** In place of what it does: the functions of its conditions. */
  readonly checks: boolean;
  /** Folder of the file store. */
  readonly filesFolder: string;
  /** What the task files declare. */
  readonly collections: readonly DeclaredCollection[];
  readonly chromium: Chromium | null;
  /** Pages of Chromium's at a time. */
  readonly pages: number;
  /** How long a script may take to end after it was asked to, in milliseconds; then it is given up. */
  readonly patience: number;
}

/** Null: ready. Otherwise why the task file cannot be executed. */
export type Readiness = null | { readonly reason: "not_found" | "error"; readonly error: ErrorInfo };

export type StopReason = "timeout" | "cancel";
export type Scope = "global" | "node";

/** The session that the attempt's task names; `locked`: it cannot be opened. */
export type LoadedSession =
  | { readonly type: "loaded"; readonly state: SessionState | null }
  | { readonly type: "locked"; readonly message: string };

export interface RunnerFunctions {
  prepare(settings: RunnerSettings): Promise<Readiness>;
  /** `news`: subtasks that there are; they need not be spawned again. */
  execute(id: string, assignment: Assignment, news: News | null): Promise<Executed>;
  stop(id: string, why: StopReason): void;
  /** Another process wants the host, too: ask for it from now on. Resolves with how many requests are under way. */
  shareHost(host: string): number;
  /** The host told another process to leave it alone. */
  pauseHost(host: string, milliseconds: number): void;
}

/** What came of waiting for a host. */
export type Entered =
  | { readonly type: "entered" | "given_up" }
  | { readonly type: "closed"; readonly message: string; readonly retryAfter: number };

export interface Executed {
  readonly outcome: Outcome;
  /** The script did not end when asked to and still runs: the runner must take nothing new. */
  readonly abandoned: boolean;
}

/** `id` names the attempt. */
export interface ServerFunctions {
  log(id: string, lines: readonly LogLine[]): void;
  getState(id: string, scope: Scope, key: string): Promise<Json | undefined>;
  getStateEntry(id: string, scope: Scope, key: string): Promise<StateEntry | null>;
  setState(id: string, scope: Scope, key: string, value: Json, version?: number): Promise<number>;
  stateHistory(id: string, scope: Scope, key: string, limit: number): Promise<readonly StateEntry[]>;
  incrementState(id: string, scope: Scope, key: string, by: number): Promise<Json>;
  mergeState(id: string, scope: Scope, key: string, patch: JsonObject): Promise<Json>;
  deleteState(id: string, scope: Scope, key: string): Promise<void>;
  loadProxy(id: string): Promise<string | null>;
  loadSession(id: string): Promise<LoadedSession>;
  askHost(host: string): Promise<{ readonly alone: boolean; readonly pausedFor: number }>;
  enterHost(id: number, host: string, perHost: PerHost): Promise<Entered>;
  leaveHost(id: number): void;
  leaveAdopted(host: string): void;
  pauseHost(host: string, milliseconds: number): void;
  /** How many pages its Chromium shows at a time. */
  reportPace(report: PaceReport): void;
  land(id: string, key: string): Promise<boolean>;
  recall(id: string, what: Recalled, url: string): Promise<Remembered | null>;
}
