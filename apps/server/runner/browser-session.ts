/** An attempt's browsing session: captured once, when something goes wrong, and taken away when the attempt is to end. */
import {
  type Browsing,
  type BrowsingError,
  type BrowsingSession,
  type BrowsingSessionOptions,
  needsSession,
} from "../core/browsing.ts";
import type { FileDraft, Usage } from "../core/execution.ts";
import type { SessionState } from "../core/saved-session.ts";

/** Within the time that the server waits after it has asked an attempt to stop. */
const CAPTURE_LIMIT = 3000;
/** What a script has to end by itself before its page is taken away. */
const FAREWELL = 1000;

/** Opens a session, unless the task names nothing that needs one. */
export async function openBrowserSession(
  browsing: Browsing,
  options: BrowsingSessionOptions,
): Promise<BrowserSession | null> {
  if (!needsSession(options.fixtures)) return null;
  return new BrowserSession(await browsing.open(options), options);
}

export class BrowserSession {
  readonly #session: BrowsingSession;
  readonly #options: BrowsingSessionOptions;
  #captured: Promise<readonly FileDraft[]> | null = null;

  constructor(session: BrowsingSession, options: BrowsingSessionOptions) {
    this.#session = session;
    this.#options = options;
    options.signal.addEventListener("abort", () => void this.#takeAway());
    if (options.signal.aborted) void this.#takeAway();
  }

  get fixtures(): BrowsingSession["fixtures"] {
    return this.#session.fixtures;
  }

  get broken(): Promise<BrowsingError> {
    return this.#session.broken;
  }

  get given(): BrowsingSession["given"] {
    return this.#session.given;
  }

  captures(): ReturnType<BrowsingSession["captures"]> {
    return this.#session.captures();
  }

  recording(): ReturnType<BrowsingSession["recording"]> {
    return this.#session.recording();
  }

  sightings(): ReturnType<BrowsingSession["sightings"]> {
    return this.#session.sightings();
  }

  changedState(): Promise<SessionState | null> {
    return this.#session.changedState();
  }

  downloads(): readonly FileDraft[] {
    return this.#session.downloads();
  }

  received(): number {
    return this.#session.received();
  }

  look(): number | null {
    return this.#session.look();
  }

  tiers(): NonNullable<Usage["tiers"]> {
    return this.#session.tiers();
  }

  /** Screenshot, trace and console log, as they were when first asked for. */
  capture(): Promise<readonly FileDraft[]> {
    this.#captured ??= this.#capture();
    return this.#captured;
  }

  async close(): Promise<void> {
    await this.#session.close().catch(() => {});
  }

  /** What a script waits for in a page then fails, and the script ends, though it may not know of its signal. */
  async #takeAway(): Promise<void> {
    const reason: unknown = this.#options.signal.reason;
    if (reason instanceof DOMException && reason.name === "TimeoutError") await this.capture();
    await pause(FAREWELL);
    await this.close();
  }

  async #capture(): Promise<readonly FileDraft[]> {
    const captured = await Promise.race([this.#session.capture(), pause(CAPTURE_LIMIT)]);
    if (captured) return captured;
    this.#options.log("warn", "no screenshot or trace: the page did not answer in time");
    return [];
  }
}

function pause(ms: number): Promise<null> {
  return new Promise((resolve) => setTimeout(() => resolve(null), ms).unref());
}
