/** What a task's `session: "shop"` keeps between attempts and runs: cookies and storage, sealed before they are stored. */
import type { Json, JsonObject } from "./json.ts";

/** In the form of Playwright's storage state. */
export interface SessionState {
  readonly cookies: readonly JsonObject[];
  /** Local storage and IndexedDB by origin. */
  readonly origins: readonly JsonObject[];
}

/** A session as it is stored. Only who has the key can read what it holds. */
export interface SealedSession {
  readonly name: string;
  readonly sealed: string;
  /** Hosts that it holds anything for. */
  readonly domains: readonly string[];
}

/** What may be told of a saved session. */
export interface SavedSession {
  readonly name: string;
  readonly domains: readonly string[];
  /** Epoch milliseconds. */
  readonly updatedAt: number;
}

export interface SavedSessionStore {
  list(): Promise<readonly SavedSession[]>;
  /** What was sealed under the name, or null. */
  read(name: string): Promise<string | null>;
  /** False: there was none. */
  delete(name: string): Promise<boolean>;
}

/** Seals and opens texts with the server's own key. */
export interface Vault {
  /** @param about bound to the text: it opens under the same name only */
  seal(about: string, text: string): string;
  /** Throws LockedError when the key is another one, or the text was changed. */
  open(about: string, sealed: string): string;
}

/** Something was sealed with a key that is not there any more. */
export class LockedError extends Error {
  override readonly name = "LockedError";
}

export const SESSION_NAME = /^[\p{L}\p{N}_.-]{1,64}$/u;

/** What a session holds, told without its values. */
export function domainsOf({ cookies, origins }: SessionState): string[] {
  const ofCookies = cookies.map((cookie) => textOf(cookie.domain).replace(/^\./, ""));
  const ofOrigins = origins.map((origin) => URL.parse(textOf(origin.origin))?.hostname ?? "");
  return [...new Set([...ofCookies, ...ofOrigins])].filter((domain) => domain !== "").sort();
}

function textOf(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
}
