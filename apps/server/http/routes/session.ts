/** Signing a browser in with the token, and out again. */
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import { cookieName, isToken } from "../auth.ts";
import { type AppEnv, addressOf, type Endpoint, PROBLEMS } from "../endpoint.ts";
import type { Services } from "../services.ts";
import { signInPage } from "../sign-in-page.ts";

const LIFETIME = 30 * 86_400_000;
/** Wrong tokens allowed per minute and address. */
const MAX_WRONG = 5;
const WINDOW = 60_000;

const get = createRoute({
  method: "get",
  path: "/api/session",
  tags: ["server"],
  summary: "Who asks",
  responses: {
    200: {
      description: "`token`: a program; `session`: a signed-in browser",
      content: { "application/json": { schema: z.object({ caller: z.enum(["token", "session"]) }) } },
    },
    ...PROBLEMS,
  },
});

const end = createRoute({
  method: "post",
  path: "/api/session/end",
  tags: ["server"],
  summary: "Sign this browser out",
  responses: { 204: { description: "Signed out" }, ...PROBLEMS },
});

export function sessionEndpoints({ sessions }: Services): readonly [Endpoint<typeof get>, Endpoint<typeof end>] {
  return [
    { route: get, handler: (c) => c.json({ caller: c.get("caller") ?? "token" }, 200) },
    {
      route: end,
      handler: async (c) => {
        const session = getCookie(c, cookieName(c));
        if (session !== undefined) await sessions.remove(session);
        deleteCookie(c, cookieName(c), { path: "/" });
        return c.body(null, 204);
      },
    },
  ];
}

/** `GET /sign-in?token=…&next=…`: the link that `npm start` prints, and where the form leads. */
export function addSignIn(app: OpenAPIHono<AppEnv>, services: Services): void {
  const wrong = new Map<string, number[]>();
  app.get("/sign-in", async (c) => {
    const token = c.req.query("token");
    const next = ownPath(c.req.query("next"));
    if (token === undefined) return signInPage(c, { status: 401, next, message: null });
    const now = services.clock();
    const address = addressOf(c) ?? "unknown";
    const recent = recentOf(wrong, address, now);
    if (recent.length >= MAX_WRONG) {
      return signInPage(c, { status: 429, next, message: "Too many wrong tokens. Wait a minute, then try again." });
    }
    if (!isToken(token, services.token)) {
      recent.push(now);
      wrong.set(address, recent);
      return signInPage(c, { status: 401, next, message: "This is not the token." });
    }
    const expiresAt = now + LIFETIME;
    setCookie(c, cookieName(c), await services.sessions.create(expiresAt), {
      path: "/",
      httpOnly: true,
      sameSite: "Strict",
      secure: new URL(c.req.url).protocol === "https:",
      maxAge: LIFETIME / 1000,
    });
    return c.redirect(next, 303);
  });
}

/** A path of this server, whatever was asked for. */
function ownPath(next: string | undefined): string {
  if (next === undefined || !/^\/(?![/\\])/.test(next) || /[\p{Cc}\\]/u.test(next)) return "/";
  const url = URL.parse(next, "http://self.invalid");
  return url === null || url.host !== "self.invalid" ? "/" : url.pathname + url.search + url.hash;
}

/** Recent failures of an address; forgets the old ones of all, so that the memory stays small. */
function recentOf(wrong: Map<string, number[]>, address: string, now: number): number[] {
  for (const [key, times] of wrong) {
    const recent = times.filter((time) => now - time < WINDOW);
    if (recent.length === 0) wrong.delete(key);
    else wrong.set(key, recent);
  }
  return wrong.get(address) ?? [];
}
