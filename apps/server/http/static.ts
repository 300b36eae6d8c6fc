/** Sends files of a folder: the built web app, and what the documentation offers to download. */
import { Readable } from "node:stream";
import { getMimeType } from "hono/utils/mime";
import { openConfined } from "./confine.ts";
import type { AppContext } from "./endpoint.ts";

export interface StaticOptions {
  readonly cacheControl: string;
  /** Sent to be saved, not shown. */
  readonly attachment?: boolean;
}

/** The file as an answer, or null when the folder has none of that name. */
export async function sendStatic(
  c: AppContext,
  folder: string,
  relative: string,
  options: StaticOptions,
): Promise<Response | null> {
  const file = await openConfined(folder, relative);
  if (file === null) return null;
  const { size, mtimeMs } = await file.stat();
  const etag = `"${size.toString(36)}-${Math.trunc(mtimeMs).toString(36)}"`;
  const headers: Record<string, string> = { "cache-control": options.cacheControl, etag };
  if (c.req.header("if-none-match") === etag) {
    await file.close();
    return c.body(null, 304, headers);
  }
  headers["content-type"] = getMimeType(relative) ?? "application/octet-stream";
  headers["content-length"] = String(size);
  if (options.attachment) headers["content-disposition"] = "attachment";
  if (c.req.method === "HEAD") {
    await file.close();
    return c.body(null, 200, headers);
  }
  return c.body(Readable.toWeb(file.createReadStream()) as ReadableStream<Uint8Array>, 200, headers);
}
