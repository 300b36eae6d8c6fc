/** Who may ask: the bearer of the token, or a browser that signed in with it. What is not listed as open is closed. */
import { hash, timingSafeEqual } from "node:crypto";
import type { MiddlewareHandler } from "hono";
import { getCookie } from "hono/cookie";
import { matchedRoutes } from "hono/route";
import { UltravisorError } from "../core/errors.ts";
import type { AppContext, AppEnv, Caller } from "./endpoint.ts";
import type { Services } from "./services.ts";
import { signInPage } from "./sign-in-page.ts";

/** The routes that anybody may ask for, by method and matched route: health, signing in, the product's documentation, signed messages. */
export const OPEN_ROUTES: readonly string[] = [
  "GET /api/health",
  "GET /sign-in",
  "GET /docs",
  "GET /docs/*",
  "POST /api/hooks/:name",
];

/** Lets pass who is known, and everybody to open routes. A browser gets the sign-in page in place of a problem. */
export function authenticate(services: Pick<Services, "token" | "sessions">): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const caller = await identify(c, services);
    c.set("caller", caller);
    if (caller === null && !isOpen(c)) {
      if (isNavigation(c)) return signInPage(c, { status: 401, next: c.req.path, message: null });
      throw new UltravisorError(
        "unauthenticated",
        'Expected the header "Authorization: Bearer <token>" or a signed-in browser; the token is in the file data/token.',
      );
    }
    if (caller === "session" && !isRead(c)) refuseForeignOrigin(c);
    await next();
  };
}

/** Compares without telling by its duration how much was right. */
export function isToken(given: string, token: string): boolean {
  return timingSafeEqual(digest(given), digest(token));
}

/** Cookies do not tell ports apart, so servers on one machine need names of their own. */
export function cookieName(c: AppContext): string {
  return `ultravisor-session-${/:(\d+)$/.exec(hostOf(c))?.[1] ?? "0"}`;
}

async function identify(c: AppContext, services: Pick<Services, "token" | "sessions">): Promise<Caller | null> {
  const header = c.req.header("authorization");
  if (header !== undefined) {
    const given = /^Bearer +(\S+)$/i.exec(header)?.[1];
    return given !== undefined && isToken(given, services.token) ? "token" : null;
  }
  const session = getCookie(c, cookieName(c));
  return session !== undefined && (await services.sessions.isValid(session)) ? "session" : null;
}

/** The first handler that would answer is an open one. Middleware is registered for all methods and does not count. */
function isOpen(c: AppContext): boolean {
  const route = matchedRoutes(c).find(({ method }) => method !== "ALL");
  return route !== undefined && OPEN_ROUTES.includes(`${route.method} ${route.path}`);
}

function isRead(c: AppContext): boolean {
  return c.req.method === "GET" || c.req.method === "HEAD";
}

function isNavigation(c: AppContext): boolean {
  return isRead(c) && !c.req.path.startsWith("/api/") && (c.req.header("accept") ?? "").includes("text/html");
}

/** A session's cookie travels with requests that another site made; the browser says whose they are. */
function refuseForeignOrigin(c: AppContext): void {
  const site = c.req.header("sec-fetch-site");
  const origin = c.req.header("origin");
  const own = origin !== undefined && (origin === `http://${hostOf(c)}` || origin === `https://${hostOf(c)}`);
  if (site === undefined ? own : site === "same-origin" || site === "none") return;
  throw new UltravisorError(
    "forbidden",
    "Changes with a session come from this server's own pages only; a program sends the token instead.",
  );
}

function hostOf(c: AppContext): string {
  return c.req.header("host") ?? new URL(c.req.url).host;
}

function digest(text: string): Buffer {
  return hash("sha256", text, "buffer");
}
