/** All captures of a run as one site: which file stands for an address, where it lies, and its bytes as a copy needs them. */
import { decodeText, encodingOfPage } from "../core/charset.ts";
import type { FileStore } from "../core/files.ts";
import { type Capture, headerOf } from "../core/mirror.ts";
import { rewritePage, rewriteSheet } from "./page.ts";
import { mapPaths, relativeLink } from "./paths.ts";

export interface Site {
  /** What lies in the mirror, in the order in which it was received. */
  readonly files: readonly SiteFile[];
  /** Where an address lies, redirects followed; null: not in the mirror. */
  pathOf(url: string): string | null;
}

export interface SiteFile {
  readonly path: string;
  readonly capture: Capture;
}

/** The longest way of redirects that is followed. */
const MAX_REDIRECTS = 20;

export async function readSite(captures: AsyncIterable<Capture>): Promise<Site> {
  const chosen = new Map<string, Capture>();
  const redirects = new Map<string, string>();
  for await (const capture of captures) {
    const known = chosen.get(capture.url);
    if (capture.target !== null) redirects.set(capture.url, capture.target);
    // What scripts made of a page is what was to be seen of it.
    else if (capture.sha256 !== null && (!known || capture.kind === "rendered")) chosen.set(capture.url, capture);
  }
  const paths = mapPaths(chosen.values());
  return {
    files: [...chosen].map(([url, capture]) => ({ path: paths.get(url) ?? "", capture })),
    pathOf(url) {
      let at = url;
      for (let step = 0; step < MAX_REDIRECTS; step++) {
        const path = paths.get(at);
        if (path !== undefined) return path;
        const next = redirects.get(at);
        if (next === undefined) return null;
        at = next;
      }
      return null;
    },
  };
}

/** Pages and style sheets with their addresses rewritten; null: the file is copied as it is. */
export async function rewritten(
  site: Site,
  { path, capture }: SiteFile,
  files: Pick<FileStore, "open">,
): Promise<Buffer | null> {
  const isPage = isHtml(capture.type);
  if (!isPage && capture.type !== "text/css") return null;
  const type = headerOf(capture.headers, "content-type");
  const text = decodeText(await bytesOf(files, capture), type);
  const locate = (url: string): string | null => {
    const target = site.pathOf(url);
    return target === null ? null : relativeLink(path, target);
  };
  const base = { url: capture.url, locate, withoutScripts: capture.kind === "rendered" };
  const charset = encodingOfPage(text, type);
  return Buffer.from(isPage ? rewritePage({ ...base, html: text, charset }) : rewriteSheet(text, capture.url, locate));
}

export function isHtml(type: string): boolean {
  return type === "text/html" || type === "application/xhtml+xml";
}

async function bytesOf(files: Pick<FileStore, "open">, { sha256, url }: Capture): Promise<Buffer> {
  const stream = sha256 === null ? null : await files.open(sha256);
  if (!stream) throw new Error(`the bytes of ${url} are no longer in the file store`);
  return Buffer.from(await new Response(stream).arrayBuffer());
}
