/** The web app: its built files, and its page for every address that is its own business. */
import type { OpenAPIHono } from "@hono/zod-openapi";
import { html } from "hono/html";
import { UltravisorError } from "../../core/errors.ts";
import type { AppContext, AppEnv } from "../endpoint.ts";
import { page } from "../page.ts";
import type { Services } from "../services.ts";
import { sendStatic } from "../static.ts";

/** Vite puts a hash of the content into these names. */
const HASHED = /^assets\/.+-[\w-]{8}\.\w+$/;

export function addWeb(app: OpenAPIHono<AppEnv>, { webFolder }: Services): void {
  app.get("/*", async (c) => {
    const path = c.req.path.slice(1);
    if (/^(?:api|queues|docs)(?:\/|$)/.test(path)) throw unknownRoute(c);
    const cacheControl = HASHED.test(path) ? "private, max-age=31536000, immutable" : "no-cache";
    const file = path === "" ? null : await sendStatic(c, webFolder, path, { cacheControl });
    if (file !== null) return file;
    if (!isPage(c, path)) throw unknownRoute(c);
    return (await sendStatic(c, webFolder, "index.html", { cacheControl: "no-cache" })) ?? notBuilt(c);
  });
}

export function unknownRoute(c: AppContext): UltravisorError {
  return new UltravisorError(
    "unknown_route",
    `Nothing answers ${c.req.method} ${c.req.path.slice(0, 200)}. GET /api/openapi.json lists what the API answers.`,
  );
}

function isPage(c: AppContext, path: string): boolean {
  return path === "" || (c.req.header("accept") ?? "").includes("text/html");
}

function notBuilt(c: AppContext): Response | Promise<Response> {
  const body = html`<main class="card">
<h1>The web app is not built yet</h1>
<p>Stop the server and start it with <code>npm start</code>, which builds the web app, or run <code>npx vite build apps/web</code> and load this page again.</p>
<p>Meanwhile everything works without it: <code>npx ultravisor runs</code> in a terminal, the <a href="/docs/">documentation</a>, and the API described in <a href="/api/openapi.json">openapi.json</a>.</p>
</main>`;
  return c.html(page("Not built", body), 503);
}
