/** One question over a kept-alive connection: no redirects, no cookies, no meaning. */
import type { Readable } from "node:stream";
import type { Dispatcher } from "undici";
import type { NamedHosts } from "../../core/egress.ts";
import type { CaptureRequest } from "../../core/mirror.ts";
import { type Egress, isNamed } from "../egress/egress.ts";
import { toldDenied } from "../egress/judgement.ts";
import { unlessAborted } from "../within.ts";
import { wasStale } from "./network-error.ts";

export interface HttpAnswer {
  readonly url: URL;
  /** What it answers. */
  readonly asked: CaptureRequest;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly setCookies: readonly string[];
  /** The proxy that may have answered in the site's place; null: there is none. */
  readonly reader: string | null;
  /** As sent, in order and case. */
  readonly rawHeaders: readonly (readonly [name: string, value: string])[];
  /** As sent: still encoded. Must be read, destroyed or given to `discard`. */
  readonly body: Readable & { dump(options: { limit: number }): Promise<void> };
}

export interface HttpClient {
  get(url: URL, headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<HttpAnswer>;
  /** Whether this client may reach a host though it is not public. */
  isNamed(url: URL): boolean;
  /** The proxy that may answer in a site's place, or null. */
  reader(url: URL): string | null;
}

/** A rest up to this size is read to keep the connection; a longer one costs more than a new connection. */
const WORTH_READING = 65_536;

/** Clients are cheap: their connections are the egress policy's. */
export function createHttpClient(egress: Egress, named: NamedHosts): HttpClient {
  return {
    get(url, headers, signal) {
      return sendOnce(egress, named, { url, method: "GET", headers, body: null }, signal);
    },
    isNamed: (url) => isNamed(named, url),
    reader: (url) => egress.reader(url),
  };
}

export interface HttpQuestion {
  readonly url: URL;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array | null;
}

/** Sent again only when the connection was gone before, and the question may be asked twice. */
export async function sendOnce(
  egress: Egress,
  named: NamedHosts,
  question: HttpQuestion,
  signal: AbortSignal,
): Promise<HttpAnswer> {
  const { url, method } = question;
  const again = method === "GET" || method === "HEAD";
  return send(egress, named, question, signal).catch((error: unknown) => {
    if (!again || !wasStale(error) || signal.aborted) throw toldDenied(error, url);
    return send(egress, named, question, signal);
  });
}

/** Drops a body nobody wants, keeping the connection if that is cheap. */
export async function discard(answer: HttpAnswer): Promise<void> {
  await answer.body.dump({ limit: WORTH_READING }).catch(() => {});
}

async function send(
  egress: Egress,
  named: NamedHosts,
  { url, method, headers, body }: HttpQuestion,
  signal: AbortSignal,
): Promise<HttpAnswer> {
  const asking = egress.request(named, url, {
    method: method as Dispatcher.HttpMethod,
    headers,
    body,
    signal,
    responseHeaders: "raw",
  });
  // An abort that comes while undici still connects is seen by it only when that has come to an end.
  const answer = await unlessAborted(asking, signal);
  const rawHeaders = pairs(answer.headers as unknown as readonly string[]);
  // Whoever reads the body is told of errors; if nobody does any more, an error must not end the process.
  answer.body.on("error", () => {});
  return {
    url,
    asked: { method, headers: asSent(url, headers) },
    status: answer.statusCode,
    headers: flat(rawHeaders),
    reader: egress.reader(url),
    setCookies: rawHeaders.flatMap(([name, value]) => (name.toLowerCase() === "set-cookie" ? [value] : [])),
    rawHeaders,
    body: answer.body,
  };
}

/** Undici writes a request so: the host and the kind of connection come first. */
function asSent(url: URL, headers: HttpQuestion["headers"]): CaptureRequest["headers"] {
  return [["host", url.host], ["connection", "keep-alive"], ...Object.entries(headers)];
}

/** With `responseHeaders: "raw"` undici gives names and values by turns, though its types do not say so. */
function pairs(raw: readonly string[]): [string, string][] {
  return Array.from({ length: raw.length / 2 }, (_, at) => [raw[2 * at] ?? "", raw[2 * at + 1] ?? ""]);
}

function flat(headers: HttpAnswer["rawHeaders"]): Record<string, string> {
  const result: Record<string, string> = Object.create(null);
  for (const [name, value] of headers) {
    const key = name.toLowerCase();
    result[key] = result[key] === undefined ? value : `${result[key]}, ${value}`;
  }
  return result;
}
