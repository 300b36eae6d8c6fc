/** Keeps the cookies of the HTTP tier and of a Chromium context the same: what either learned, the other gets. */
import type { BrowserContext, Cookie } from "playwright-core";
import type { CookieJar, StoredCookie } from "../http/cookies.ts";

type AddedCookie = Parameters<BrowserContext["addCookies"]>[0][number];

export interface CookieSync {
  /** Exchanges what changed on either side since last time. Where both changed, Chromium wins. */
  exchange(): Promise<void>;
  /** The same, but only if HTTP has learned something: Chromium needs not be asked what Chromium knows. */
  push(): Promise<void>;
}

/** @param context one that has no cookies yet */
export function cookieSync(jar: CookieJar, context: BrowserContext): CookieSync {
  let common = new Map<string, StoredCookie>();
  const exchange = async (): Promise<void> => {
    const mine = byKey(jar.all());
    const theirs = byKey((await context.cookies()).map(fromChromium));
    const forThem = changed(mine, common).filter((cookie) =>
      same(theirs.get(keyOf(cookie)), common.get(keyOf(cookie))),
    );
    const goneHere = missing(mine, common).filter((cookie) => same(theirs.get(keyOf(cookie)), cookie));
    for (const cookie of goneHere) {
      await context.clearCookies({ name: cookie.name, domain: domainInChromium(cookie), path: cookie.path });
    }
    await addEach(context, forThem.map(toChromium));
    const merged = [...theirs.values()].filter((cookie) => !goneHere.some((gone) => keyOf(gone) === keyOf(cookie)));
    common = byKey([...merged, ...forThem]);
    jar.replace([...common.values()]);
  };
  // One at a time, in order: two exchanges at once would each take the other's half for a change.
  let last: Promise<void> = Promise.resolve();
  const next = (step: () => Promise<void>): Promise<void> => {
    last = last.catch(() => {}).then(step);
    return last;
  };
  return {
    exchange: () => next(exchange),
    push: () =>
      next(async () => {
        const mine = byKey(jar.all());
        if (changed(mine, common).length > 0 || missing(mine, common).length > 0) await exchange();
      }),
  };
}

/** One cookie that Chromium refuses must not cost the others. */
async function addEach(context: BrowserContext, cookies: readonly AddedCookie[]): Promise<void> {
  if (cookies.length === 0) return;
  await context.addCookies(cookies).catch(async () => {
    for (const cookie of cookies) await context.addCookies([cookie]).catch(() => {});
  });
}

function changed(now: ReadonlyMap<string, StoredCookie>, before: ReadonlyMap<string, StoredCookie>): StoredCookie[] {
  return [...now.values()].filter((cookie) => !same(cookie, before.get(keyOf(cookie))));
}

function missing(now: ReadonlyMap<string, StoredCookie>, before: ReadonlyMap<string, StoredCookie>): StoredCookie[] {
  return [...before.values()].filter((cookie) => !now.has(keyOf(cookie)));
}

function same(a: StoredCookie | undefined, b: StoredCookie | undefined): boolean {
  return a?.value === b?.value && a?.secure === b?.secure && (a === undefined) === (b === undefined);
}

function byKey(cookies: readonly StoredCookie[]): Map<string, StoredCookie> {
  return new Map(cookies.map((cookie) => [keyOf(cookie), cookie]));
}

function keyOf(cookie: StoredCookie): string {
  return `${domainInChromium(cookie)}\n${cookie.path}\n${cookie.name}`;
}

/** Chromium marks a cookie that subdomains share by a leading dot. */
function domainInChromium(cookie: StoredCookie): string {
  return cookie.hostOnly ? cookie.domain : `.${cookie.domain}`;
}

/** A cookie as Playwright takes it. */
export function toChromium(cookie: StoredCookie): AddedCookie {
  const { name, value, path, httpOnly, secure, sameSite, expires } = cookie;
  return {
    name,
    value,
    domain: domainInChromium(cookie),
    path,
    httpOnly,
    secure,
    expires: expires === null ? -1 : expires / 1000,
    ...(sameSite && { sameSite }),
  };
}

/** A cookie as Playwright gives it. */
export function fromChromium(cookie: Cookie): StoredCookie {
  const { name, value, path, httpOnly, secure, sameSite, expires } = cookie;
  return {
    name,
    value,
    domain: cookie.domain.replace(/^\./, ""),
    hostOnly: !cookie.domain.startsWith("."),
    path,
    httpOnly,
    secure,
    sameSite: sameSite ?? null,
    expires: expires === -1 ? null : expires * 1000,
  };
}
