/** What passes between the engine and whoever executes a task run, and what comes back. */
import type { TaskSpec } from "./definition.ts";
import type { StateEntry } from "./entities.ts";
import type { ErrorInfo } from "./errors.ts";
import type { Json, JsonObject } from "./json.ts";
import type { KeyReader, News } from "./key-news.ts";
import type { Astray, Landing } from "./landing.ts";
import type { CaptureDraft } from "./mirror.ts";
import type { Recalled, Remembered, SightingDraft } from "./recrawl.ts";
import type { SessionState } from "./saved-session.ts";
import type { Reason } from "./words.ts";

/** One attempt to execute: everything a process needs to know. */
export interface Assignment {
  readonly runId: string;
  readonly runName: string;
  readonly taskRunId: string;
  readonly task: string;
  readonly key: string | null;
  readonly parent: string | null;
  /** Subtasks: where redirects may lead it. */
  readonly landing?: Landing | null;
  readonly attempt: number;
  readonly input: JsonObject;
  /** Its input was filled in from elsewhere: what it names may have come from a page. */
  readonly filledIn?: boolean;
  readonly spec: TaskSpec;
  /** Absolute path of the run's staging folder; it exists when the task is a command or names it. */
  readonly staging: string;
}

export type Stream = "stdout" | "stderr" | "log" | "system";
export type Level = "debug" | "info" | "warn" | "error";

export interface LogLine {
  readonly stream: Stream;
  readonly level: Level;
  /** Epoch milliseconds. */
  readonly time: number;
  readonly text: string;
}

export interface SpawnDraft {
  readonly task: string | null;
  readonly key: string;
  readonly input: JsonObject;
  /** Higher is earlier. */
  readonly priority?: number;
  /** Where redirects may lead it; left out: anywhere, but to no page of another subtask. */
  readonly landing?: Landing;
}

export interface RecordDraft {
  readonly collection: string;
  readonly key: string | null;
  readonly data: Json;
}

export const FILE_ROLES = ["output", "download", "screenshot", "trace", "console"] as const;
export type FileRole = (typeof FILE_ROLES)[number];

/** Bytes that already lie in the file store, to be named by a file row. */
export interface FileDraft {
  readonly role: FileRole;
  readonly name: string;
  /** What somebody else called it, if that is another name: a text, and never a path. */
  readonly originalName?: string;
  readonly sha256: string;
  readonly size: number;
  readonly type: string;
  readonly url: string | null;
}

/** Resource use of one attempt. Null: could not be measured on this platform. */
export interface Usage {
  readonly cpuMs: number | null;
  readonly peakMemoryBytes: number | null;
  readonly exitCode?: number | null;
  readonly signal?: string | null;
  /** Browser tasks: bytes of the pages visited over HTTP, unpacked, of the files downloaded, and of whatever Chromium loaded. */
  readonly bytes?: number;
  /** Browser tasks: pages served by each tier. */
  readonly tiers?: Tiers;
}

export interface Tiers {
  readonly http: number;
  readonly browser: number;
  /** The same pages by the pattern of their address, and why it was that tier. */
  readonly served?: readonly ServedPages[];
}

/** Why a page was served by its tier. */
export const TIER_REASONS = [
  "asked_for", // the task said so
  "no_html", // nothing that a browser would render
  "no_scripts",
  "empty_without_scripts",
  "scripts_decorate", // what its scripts do changes nothing that counts
  "scripts_add", // links, lists, prices, forms or text
  "not_compared", // Chromium could not show what its scripts do
] as const;
export type TierReason = (typeof TIER_REASONS)[number];

export interface ServedPages {
  /** Host and path with numbers and names left out, such as `example.com/docs/*.html`. */
  readonly pattern: string;
  readonly tier: "http" | "browser";
  readonly why: TierReason;
  readonly pages: number;
}

/** How an attempt ended. Drafts take effect in one transaction, and only if the attempt still owns its task run. */
export type Outcome =
  | {
      readonly type: "succeeded";
      readonly output: Json;
      /** What the script's key rule calls this task run itself; a root takes it, so that no subtask does its work again. */
      readonly ownKey?: string | null;
      /** The key of the address where a root's page was found, if that is another one. */
      readonly ownLanding?: string | null;
      readonly spawned: readonly SpawnDraft[];
      /** Stands for what the pages showed from which it spawned (core/repeats.ts). */
      readonly look?: number | null;
      readonly records: readonly RecordDraft[];
      readonly files: readonly FileDraft[];
      readonly report: JsonObject;
      /** Mirrored runs: what was received. */
      readonly captures?: readonly CaptureDraft[];
      /** What was learned of addresses. */
      readonly sightings?: readonly SightingDraft[];
      readonly usage: Usage;
      /** What becomes of the session that the task names; missing: it stays as it is. It must be sealed before it is kept. */
      readonly session?: SessionState;
    }
  | {
      readonly type: "skipped";
      /** Default `skipped`: the script said so. */
      readonly reason?: "skipped" | "condition" | Astray;
      readonly message: string;
      readonly sightings?: readonly SightingDraft[];
      readonly usage: Usage;
    }
  | {
      readonly type: "failed";
      readonly reason: Reason;
      readonly error: ErrorInfo;
      /** False: another attempt would not help. */
      readonly retryable: boolean;
      /** Milliseconds the other side asked us to wait, or null. */
      readonly retryAfter: number | null;
      readonly files: readonly FileDraft[];
      readonly usage: Usage;
    }
  | { readonly type: "cancelled"; readonly usage: Usage };

/** What an executing task may ask of the server meanwhile. */
export interface ExecutionHost {
  log(line: LogLine): void;
  getState(scope: "global" | "node", key: string): Promise<Json | undefined>;
  /** The value with its version, time and writer; null: there is none. */
  getStateEntry(scope: "global" | "node", key: string): Promise<StateEntry | null>;
  /** With `version`, only over that version (0: only if there is none). Resolves with the new version. */
  setState(scope: "global" | "node", key: string, value: Json, version?: number): Promise<number>;
  /** Its latest values, newest first. */
  stateHistory(scope: "global" | "node", key: string, limit: number): Promise<readonly StateEntry[]>;
  /** Resolves with the new value. */
  incrementState(scope: "global" | "node", key: string, by: number): Promise<Json>;
  mergeState(scope: "global" | "node", key: string, patch: JsonObject): Promise<Json>;
  deleteState(scope: "global" | "node", key: string): Promise<void>;
  /** What the variable that the task names as that of its proxy holds; null: nothing. */
  loadProxy(): Promise<string | null>;
  /** The session that the task names. Rejects with LockedError when it cannot be opened. */
  loadSession(): Promise<SessionState | null>;
  /** Takes the address where the task run's own page was found. False: another subtask of the run has it. */
  land(key: string): Promise<boolean>;
  /** What the runs of this crawl saw at an address last. */
  recall(what: Recalled, url: string): Promise<Remembered | null>;
  /** Which subtasks of the same task its run has, as far as `reader` was not told. */
  newsOfKeys(reader: KeyReader): News | null;
}

/** Executes attempts of one or several kinds. `signal` asks it to stop: TERM, grace, KILL. Never rejects for a task's own failure. */
export interface Executor {
  execute(assignment: Assignment, host: ExecutionHost, signal: AbortSignal): Promise<Outcome>;
  /** Stops what still runs and frees every process. */
  close(): Promise<void>;
}
