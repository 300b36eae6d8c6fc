/** The product's own documentation: the pages of the docs folder as HTML, and its files to download. */
import type { OpenAPIHono } from "@hono/zod-openapi";
import { readPages } from "../docs-pages.ts";
import type { AppContext, AppEnv } from "../endpoint.ts";
import type { Services } from "../services.ts";
import { sendStatic } from "../static.ts";
import { unknownRoute } from "./web.ts";

const IMAGE = /\.(?:png|jpe?g|gif|webp|avif|svg)$/i;

export function addDocs(app: OpenAPIHono<AppEnv>, { docsFolder }: Services): void {
  const answer = async (c: AppContext): Promise<Response> => {
    const path = c.req.path.replace(/^\/docs\/?/, "");
    if (path.startsWith("files/")) {
      return (await sendStatic(c, docsFolder, path, { cacheControl: "no-cache", attachment: true })) ?? notFound(c);
    }
    if (IMAGE.test(path)) return (await sendStatic(c, docsFolder, path, { cacheControl: "no-cache" })) ?? notFound(c);
    const pages = await readPages(docsFolder);
    const name = path === "" ? "index" : path;
    if (name.endsWith(".md")) return c.redirect(`/docs/${encodeURIComponent(name.slice(0, -3))}`, 301);
    const at = pages.findIndex((page) => page.name === name);
    if (at === -1) return notFound(c);
    const { renderPage } = await import("../render-doc.ts");
    return c.html(renderPage(pages, at));
  };
  app.get("/docs", answer);
  app.get("/docs/*", answer);
}

function notFound(c: AppContext): never {
  throw unknownRoute(c);
}
