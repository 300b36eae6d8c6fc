/** The robots.txt of each origin, fetched once and kept for a while. */
import type { Readable } from "node:stream";
import { BrowsingError } from "../../core/browsing.ts";
import { markedEncoding } from "../../core/charset.ts";
import { ROBOTS_AGENT } from "../../core/politeness.ts";
import { EVERYTHING_ALLOWED, parseRobots, ROBOTS_MAX_BYTES, type Robots } from "../../core/robots.ts";
import { Deadline } from "../deadline.ts";
import { CookieJar } from "../http/cookies.ts";
import { ACCEPTED_ENCODINGS, decodeBody } from "../http/encoding.ts";
import { discard, type HttpAnswer, type HttpClient } from "../http/http.ts";
import { orProxy, waitOf } from "../http/http-status.ts";
import { networkError } from "../http/network-error.ts";
import { follow } from "../http/redirects.ts";
import { unlessAborted } from "../within.ts";

export interface RobotsFiles {
  /** What the origin of `url` says. Rejects when the file may exist but cannot be had: then nothing may be fetched for now. */
  of(client: HttpClient, url: URL, signal: AbortSignal): Promise<Robots>;
}

export interface RobotsFilesOptions {
  readonly userAgent: string;
  readonly timeout: number;
  readonly now?: () => number;
}

/** RFC 9309 allows a day. */
const KEPT = 3_600_000;
/** How soon to ask again for a file that could not be had. */
const KEPT_UNREACHABLE = 60_000;
const MAX_ORIGINS = 1000;

interface Entry {
  readonly robots: Promise<Robots>;
  /** When it has to be fetched anew. */
  until: number;
}

export function createRobotsFiles(options: RobotsFilesOptions): RobotsFiles {
  const now = options.now ?? Date.now;
  const entries = new Map<string, Entry>();
  return {
    of(client, url, signal) {
      // One session may be refused what another may reach, and one proxy answer what the site would not.
      const key = `${url.origin}${client.isNamed(url) ? " named" : ""} ${client.reader(url) ?? ""}`;
      const known = entries.get(key);
      if (known && known.until > now()) return unlessAborted(known.robots, signal);
      const entry: Entry = { robots: fetchRobots(client, url.origin, options), until: now() + KEPT };
      entry.robots.catch((error: unknown) => {
        const isKept = error instanceof BrowsingError && error.code === "robots_disallowed";
        entry.until = isKept ? now() + (error.retryAfter ?? KEPT_UNREACHABLE) : 0;
      });
      entries.set(key, entry);
      const [oldest] = entries.keys();
      if (entries.size > MAX_ORIGINS && oldest !== undefined) entries.delete(oldest);
      // Others may wait for the same file, so nobody's end stops the fetching.
      return unlessAborted(entry.robots, signal);
    },
  };
}

async function fetchRobots(client: HttpClient, origin: string, options: RobotsFilesOptions): Promise<Robots> {
  const url = new URL("/robots.txt", origin);
  const deadline = new Deadline(options.timeout);
  const headers = {
    "user-agent": options.userAgent,
    accept: "text/plain,*/*;q=0.8",
    "accept-encoding": ACCEPTED_ENCODINGS,
  };
  try {
    const visitor = { client, jar: new CookieJar(), admit: async () => () => {} };
    return await read(await follow(visitor, url, headers, deadline, deadline.signal));
  } catch (error) {
    const known = networkError(error, url, options.timeout);
    if (known.code === "too_many_redirects" || known.code === "invalid_url") return EVERYTHING_ALLOWED;
    throw known;
  } finally {
    deadline.stop();
  }
}

/** RFC 9309, 2.3.1: what a client error hides does not exist; a server error may hide anything. 429 is the server's trouble too. */
async function read(answer: HttpAnswer): Promise<Robots> {
  const { status, headers } = answer;
  if (status >= 200 && status < 300) return parseRobots(await beginning(answer), ROBOTS_AGENT);
  await discard(answer);
  if (status < 500 && status !== 429) return EVERYTHING_ALLOWED;
  throw new BrowsingError(
    "robots_disallowed",
    `${answer.url.href} answered ${status}${orProxy(answer.reader)}, so it is not known what may be fetched from there, and nothing is for now.`,
    { retryable: true, status, retryAfter: waitOf(headers["retry-after"], Date.now()) },
  );
}

async function beginning(answer: HttpAnswer): Promise<string> {
  const body: Readable = decodeBody(answer.body, answer.headers["content-encoding"]);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Uint8Array>) {
    chunks.push(chunk);
    size += chunk.byteLength;
    if (size > ROBOTS_MAX_BYTES) break;
  }
  answer.body.destroy();
  const bytes = Buffer.concat(chunks).subarray(0, ROBOTS_MAX_BYTES);
  const text = new TextDecoder(markedEncoding(bytes) ?? "utf-8").decode(bytes);
  // A line cut in the middle could mean something else than the whole of it.
  return size > ROBOTS_MAX_BYTES ? text.slice(0, text.lastIndexOf("\n") + 1) : text;
}
