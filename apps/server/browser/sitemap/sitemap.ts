/** Collects the addresses of a site's pages from its site maps: nested, compressed, and bounded, whatever they hold. */
import { pipeline, Readable } from "node:stream";
import { constants, createGunzip } from "node:zlib";
import { BrowsingError, type BrowsingSessionOptions } from "../../core/browsing.ts";
import { declaredEncoding } from "../../core/charset.ts";
import { Deadline } from "../deadline.ts";
import { decodeBody } from "../http/encoding.ts";
import { discard, type HttpAnswer } from "../http/http.ts";
import { statusError } from "../http/http-status.ts";
import { type HttpTier, patiently, requestHeaders } from "../http/http-visit.ts";
import { networkError } from "../http/network-error.ts";
import { follow } from "../http/redirects.ts";
import { webUrl, withoutFragment } from "../web-url.ts";
import { createSitemapReader } from "./sitemap-reader.ts";

export interface SitemapParts {
  readonly tier: HttpTier;
  readonly log: BrowsingSessionOptions["log"];
  /** At most so many addresses. */
  readonly limit: number;
}

/** The protocol's own bound for one file, unpacked. */
const MAX_BYTES = 50 * 1024 * 1024;
/** An index that leads to more is followed so far. */
const MAX_FILES = 1000;
/** The protocol has one index above its files; some sites have more. */
const MAX_DEPTH = 4;

interface Found {
  readonly url: URL;
  readonly depth: number;
}

/** Each page once, in order. That none of the first files can be read is an error, any other such file a warning. */
export async function readSitemaps(parts: SitemapParts, start: readonly URL[]): Promise<string[]> {
  const pages = new Set<string>();
  const seen = new Set(start.map((url) => url.href));
  const queue: Found[] = [...seen].map((href) => ({ url: new URL(href), depth: 0 }));
  const first = queue.length;
  let unread = 0;
  for (const { url, depth } of queue) {
    const nested = (address: string): void => {
      const found = URL.parse(address, url);
      if (!found || seen.has(found.href) || depth >= MAX_DEPTH || seen.size >= MAX_FILES) return;
      seen.add(found.href);
      queue.push({ url: found, depth: depth + 1 });
    };
    try {
      await patiently(() => readFile(parts, url, pages, nested));
    } catch (error) {
      if (depth === 0) unread += 1;
      if (unread === first || !(error instanceof BrowsingError)) throw error;
      parts.log("warn", `The site map ${url.href} was left out: ${error.message}`);
    }
    if (pages.size >= parts.limit) break;
  }
  return [...pages];
}

async function readFile(
  { tier, log, limit }: SitemapParts,
  address: URL,
  pages: Set<string>,
  nested: (address: string) => void,
): Promise<void> {
  const url = webUrl(address.href);
  const deadline = new Deadline(tier.timeout);
  const signal = AbortSignal.any([tier.signal, deadline.signal]);
  const headers = {
    ...requestHeaders(tier, {}),
    accept: "application/xml,text/xml,text/plain,*/*;q=0.8",
    "accept-encoding": "gzip",
  };
  let answer: HttpAnswer | null = null;
  try {
    answer = await follow(tier, url, headers, deadline, signal);
    const failed = statusError(answer, Date.now());
    if (failed) {
      await discard(answer);
      throw failed;
    }
    const before = pages.size;
    const reader = createSitemapReader({
      page: (found) => pages.size < limit && addPage(pages, found, url),
      sitemap: nested,
    });
    const complete = await feed(answer, (text) => {
      reader.write(text);
      return pages.size < limit;
    }).catch((error: unknown) => {
      // What was read before the damage is as good as any.
      if (pages.size > before && isDamaged(error)) return false;
      throw error;
    });
    if (complete) reader.end();
    else
      log(
        "warn",
        `The site map ${url.href} was read in part: more than ${limit} addresses or ${MAX_BYTES} bytes, or damaged.`,
      );
  } catch (error) {
    tier.signal.throwIfAborted();
    throw networkError(error, url, tier.timeout);
  } finally {
    deadline.stop();
    answer?.body.destroy();
  }
}

function addPage(pages: Set<string>, address: string, base: URL): void {
  const url = URL.parse(address, base);
  if (url && /^https?:$/.test(url.protocol)) pages.add(withoutFragment(url));
}

function isDamaged(error: unknown): boolean {
  return error instanceof Error && "code" in error && String(error.code).startsWith("Z_");
}

/** False: there was more than it took. */
async function feed(answer: HttpAnswer, take: (text: string) => boolean): Promise<boolean> {
  let decoder: TextDecoder | null = null;
  let size = 0;
  for await (const chunk of unpacked(decodeBody(answer.body, answer.headers["content-encoding"]))) {
    decoder ??= new TextDecoder(declaredEncoding(chunk, answer.headers["content-type"]) ?? "utf-8");
    size += chunk.byteLength;
    if (!take(decoder.decode(chunk, { stream: true })) || size > MAX_BYTES) return false;
  }
  return true;
}

/** A `.xml.gz` is sent as it lies on the disk, under any type: its first two bytes tell. One cut short gives what it has. */
async function* unpacked(body: Readable): AsyncGenerator<Uint8Array> {
  const chunks = (body as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]();
  const first = await chunks.next();
  if (first.done) return;
  async function* whole(): AsyncGenerator<Uint8Array> {
    yield first.value;
    yield* { [Symbol.asyncIterator]: () => chunks };
  }
  const isPacked = first.value[0] === 0x1f && first.value[1] === 0x8b;
  const gunzip = createGunzip({ finishFlush: constants.Z_SYNC_FLUSH });
  yield* isPacked ? pipeline(Readable.from(whole()), gunzip, () => {}) : whole();
}
