/** What a session's cookies and storage are when it begins, and whether they are worth saving when it ends. */
import type { BrowserContext } from "playwright-core";
import { canonicalJson, type JsonObject } from "../core/json.ts";
import type { SessionState } from "../core/saved-session.ts";
import { fromChromium, toChromium } from "./chromium/cookie-sync.ts";
import type { CookieJar } from "./http/cookies.ts";

type StorageState = Exclude<NonNullable<Parameters<BrowserContext["setStorageState"]>[0]>, string>;

const MAX_BYTES = 8 * 1024 * 1024;

/** Gives what was saved to the HTTP tier. */
export function restoreCookies(jar: CookieJar, { cookies }: SessionState): void {
  jar.replace(cookies.map((cookie) => fromChromium(cookie as unknown as Parameters<typeof fromChromium>[0])));
}

/** Playwright's form of what was saved, for a new context. */
export function storageState({ cookies, origins }: SessionState): StorageState {
  return { cookies, origins } as unknown as StorageState;
}

/**
 * What is to be saved; null when nothing has changed.
 * @param context null: Chromium was not used, so that storage is as it was
 */
export async function changedState(
  jar: CookieJar,
  context: BrowserContext | null,
  before: SessionState | null,
): Promise<SessionState | null> {
  const state = context ? await readContext(context) : { cookies: cookiesOf(jar), origins: before?.origins ?? [] };
  if (canonicalJson(inOrder(state)) === canonicalJson(inOrder(before ?? { cookies: [], origins: [] }))) return null;
  const bytes = Buffer.byteLength(JSON.stringify(state));
  if (bytes > MAX_BYTES) throw new Error(`it has ${bytes} bytes, and at most ${MAX_BYTES} are kept`);
  return state;
}

async function readContext(context: BrowserContext): Promise<SessionState> {
  const { cookies, origins } = await context.storageState({ indexedDB: true });
  return JSON.parse(JSON.stringify({ cookies, origins })) as SessionState;
}

function cookiesOf(jar: CookieJar): JsonObject[] {
  return jar.all().map((cookie) => JSON.parse(JSON.stringify(toChromium(cookie))) as JsonObject);
}

/** Which came first tells nothing. */
function inOrder({ cookies, origins }: SessionState): JsonObject {
  const sorted = (list: readonly JsonObject[]) => list.map((each) => canonicalJson(each)).sort();
  return { cookies: sorted(cookies), origins: sorted(origins) };
}
