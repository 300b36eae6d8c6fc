/** The port between a runner process and the browser room: one `Browsing` per runner, one session per attempt. */
import type { BrowserContext } from "../../sdk/context.ts";
import type { FileDraft } from "./execution.ts";

export interface BrowsingSessionOptions {
  /** Names the task destructures (`page`, `visit`, `download`); what is not named is not made. Null: everything. */
  readonly fixtures: readonly string[] | null;
  readonly render: "auto" | "never" | "always";
  readonly plugins: readonly (string | object)[];
  readonly signal: AbortSignal;
  /** A line for the task run's log. */
  log(level: "debug" | "info" | "warn" | "error", text: string): void;
}

export interface BrowsingSession {
  /** What the task's `run` gets beside the common context. `page` is there only when it was named. */
  readonly fixtures: Pick<BrowserContext<unknown>, "visit" | "download"> & {
    readonly page?: BrowserContext<unknown>["page"];
  };
  /** After a failure: screenshot, Playwright trace and console log, already in the file store. Never throws. */
  capture(): Promise<readonly FileDraft[]>;
  /** What `download` stored, in order. */
  downloads(): readonly FileDraft[];
  /** Pages served by each tier so far. */
  tiers(): { readonly http: number; readonly browser: number };
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
