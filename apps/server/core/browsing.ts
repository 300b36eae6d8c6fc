/** The port between a runner process and the browser room: one `Browsing` per runner, one session per attempt. */
import type { BrowserContext } from "../../sdk/context.ts";
import type { FileDraft, Tiers } from "./execution.ts";
import type { JsonObject } from "./json.ts";
import type { ScopeRule } from "./landing.ts";
import type { CaptureDraft } from "./mirror.ts";
import type { PerHost } from "./politeness.ts";
import type { ProxyServer } from "./proxy.ts";
import type { Recalled, Remembered, SightingDraft } from "./recrawl.ts";
import type { SessionState } from "./saved-session.ts";
import type { Reason } from "./words.ts";

/** What a browser task may name that needs a page of Chromium's. */
export const PAGE_FIXTURES = ["page", "links", "files", "scrollToEnd", "replay"] as const;
/** What a browser task may name that needs no page at once. */
const VISIT_FIXTURES = ["visit", "download", "sitemap", "request"] as const;

type Fixtures = Pick<BrowserContext<unknown>, (typeof VISIT_FIXTURES)[number]> &
  Partial<Pick<BrowserContext<unknown>, (typeof PAGE_FIXTURES)[number]>>;

/** @param fixtures what the task names; null: it cannot be told, so everything counts as named */
export function needsSession(fixtures: readonly string[] | null): boolean {
  return needsPage(fixtures) || VISIT_FIXTURES.some((name) => fixtures?.includes(name));
}

export function needsPage(fixtures: readonly string[] | null): boolean {
  return fixtures === null || PAGE_FIXTURES.some((name) => fixtures.includes(name));
}

export interface BrowsingSessionOptions {
  /** The address, as the key of a subtask, that is visited for HTML only: of what else is there, nothing but its type is wanted. */
  readonly onlyHtmlAt?: string | null;
  /** Names the task destructures (`page`, `visit`, `download`); what is not named is not made. Null: everything. */
  readonly fixtures: readonly string[] | null;
  readonly render: "auto" | "never" | "always";
  readonly plugins: readonly (string | object)[];
  /** Whether robots.txt decides what may be visited and downloaded. Default `obey`. */
  readonly robots?: "obey" | "ignore";
  /** What one host is asked at most. */
  readonly perHost?: Partial<PerHost>;
  /** `assets` (default): visits in Chromium load no pictures, media, fonts and trackers. */
  readonly block?: "assets" | "none";
  /** Hosts that the task or its input names, as `canonicalHost` writes them: these may be private. */
  readonly allowHosts?: readonly string[];
  /** The run whose pages and files are kept as they were received; null: none. */
  readonly mirror?: { readonly run: string } | null;
  /** What the script does on its page is kept as a recorded flow of this title; what comes from this input is an input of it. Null: it is not. */
  readonly record?: { readonly title: string; readonly input: JsonObject } | null;
  /** What its connections go through; of several, each session takes the next. */
  readonly proxies?: readonly ProxyServer[];
  /** What earlier runs saw, and a CSS selector of what may differ; null: every page counts as new. */
  readonly recrawl?: {
    readonly ignore: string | null;
    recall(what: Recalled, url: string): Promise<Remembered | null>;
  } | null;
  /** What the task's saved session held; null: nothing yet. Missing: the task has none. */
  readonly saved?: SessionState | null;
  readonly signal: AbortSignal;
  /** A line for the task run's log. */
  log(level: "debug" | "info" | "warn" | "error", text: string): void;
}

/** How the pages of a session gave their links. */
export interface GivenLinks {
  /** The scope under which `links` of a page gave an address last; null: under none, or it did not. */
  scopeOf(key: string): ScopeRule | null;
  /** Whether `links` of a page gave an address as that of a page, and it is named like a file. */
  mayBeFile(key: string): boolean;
  isInScope(rule: ScopeRule, url: string): boolean;
}

export interface BrowsingSession {
  readonly given: GivenLinks;
  /** What the task's `run` gets beside the common context. What needs a page is there only when one such was named. */
  readonly fixtures: Fixtures;
  /** After a failure: screenshot, Playwright trace and console log, already in the file store. Never throws. */
  capture(): Promise<readonly FileDraft[]>;
  /** What is to be saved of the task's session now; null: nothing. Never throws. */
  changedState(): Promise<SessionState | null>;
  /** What `download` stored, in order. */
  downloads(): readonly FileDraft[];
  /** What was received, once all that the pages need was fetched; empty without `mirror`. */
  captures(): Promise<readonly CaptureDraft[]>;
  /** What was learned of addresses, for the next run; empty without `recrawl`. */
  sightings(): readonly SightingDraft[];
  /** Resolves when this session's Chromium or its page crashed: the attempt is lost, whatever the script still waits for. */
  readonly broken: Promise<BrowsingError>;
  /** Bytes of the pages visited, unpacked, and of the files downloaded so far. */
  received(): number;
  /** Stands for what the pages showed that links were taken from (core/repeats.ts). Costs a look at all their text. */
  look(): number | null;
  /** Pages served by each tier so far, and why. */
  tiers(): Tiers;
  /** The flow that the script played on its page, as a file; null: it is not recorded. */
  recording(): Promise<FileDraft | null>;
  close(): Promise<void>;
}

export interface Browsing {
  open(options: BrowsingSessionOptions): Promise<BrowsingSession>;
  /** Closes Chromium and every connection. */
  close(): Promise<void>;
}

/** A Chromium that was found, and how it must be started. */
export interface Chromium {
  readonly path: string;
  /** False as root or without user namespaces; never silently. */
  readonly sandbox: boolean;
}

/** Codes of what can go wrong between a task and a web site; they stand in the error of an attempt. */
export type BrowsingErrorCode =
  | "invalid_url" // no address that a web browser would open over http(s)
  | "not_found" // 404 or 410
  | "http_status" // any other error status
  | "robots_disallowed" // robots.txt forbids it, or cannot be had
  | "egress_denied" // a page leads to a host that is neither public nor named
  | "network" // name, connection or answer failed
  | "tls" // the certificate is not trusted
  | "timeout" // no complete answer in time
  | "too_many_redirects"
  | "too_large"
  | "wrong_type" // a download of a kind that the task does not take
  | "bad_response" // an answer that cannot be decoded
  | "browser_missing" // no Chromium on this machine
  | "browser_failed" // Chromium did not start
  | "browser_crashed" // Chromium or one of its pages died
  | "proxy_failed" // the task's proxy cannot be had, or refuses
  | "session_locked" // a saved session whose key is gone
  | "invalid_recording" // no recorded flow, or one that the recorder's own library refuses
  | "step_failed" // a step of a recorded flow
  | "plugin_invalid"; // a plugin of the task cannot be loaded

/** Thrown by `visit` and `download`: says which reason the attempt ends with and whether another one may help. */
export class BrowsingError extends Error {
  override readonly name = "BrowsingError";
  readonly code: BrowsingErrorCode;
  readonly reason: Reason;
  readonly retryable: boolean;
  /** Milliseconds the other side asked us to wait, or null. */
  readonly retryAfter: number | null;
  /** HTTP status, where there was an answer. */
  readonly status: number | null;

  constructor(
    code: BrowsingErrorCode,
    message: string,
    facts: { retryable: boolean; reason?: Reason; retryAfter?: number | null; status?: number | null; cause?: unknown },
  ) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause });
    this.code = code;
    this.reason = facts.reason ?? REASON_OF[code];
    this.retryable = facts.retryable;
    this.retryAfter = facts.retryAfter ?? null;
    this.status = facts.status ?? null;
  }
}

const REASON_OF: Readonly<Record<BrowsingErrorCode, Reason>> = {
  invalid_url: "error",
  not_found: "not_found",
  http_status: "http_status",
  robots_disallowed: "error",
  egress_denied: "error",
  network: "network",
  tls: "network",
  timeout: "network",
  too_many_redirects: "network",
  too_large: "error",
  wrong_type: "error",
  bad_response: "network",
  browser_missing: "error",
  browser_failed: "crashed",
  browser_crashed: "crashed",
  proxy_failed: "network",
  session_locked: "error",
  invalid_recording: "error",
  step_failed: "error",
  plugin_invalid: "error",
};
