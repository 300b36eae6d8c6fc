/**
 * Web archives (WARC 1.1, ISO 28500) of what was received: one `response` per answer with its headers and body as they came, or a
 * `revisit` if the archive has the same body already, each with the `request` that it answers; and one `resource` for what Chromium
 * made of a page. A body that was packed or chunked on its way is plain, and its headers are renamed.
 */
import { STATUS_CODES } from "node:http";
import { WARCRecord, type WARCRecordOpts } from "warcio";
import { WARCSerializer } from "warcio/node";
import type { FileStore } from "../core/files.ts";
import type { Capture, CaptureRequest } from "../core/mirror.ts";

export interface PackedRecord {
  /** Null: a record that nobody looks for, about the archive itself or about what was asked. */
  readonly capture: Capture | null;
  /** The body is that of another record. */
  readonly isRevisit: boolean;
  readonly bytes: AsyncIterable<Uint8Array>;
}

/** One packed record after the other; put together they are the archive. */
export async function* warcRecords(
  captures: AsyncIterable<Capture>,
  files: Pick<FileStore, "open">,
  about: { readonly name: string; readonly run: string; readonly time: number },
): AsyncGenerator<PackedRecord> {
  const info = {
    software: "Ultravisor",
    format: "WARC File Format 1.1",
    isPartOf: about.name,
    description: `run ${about.run}`,
  };
  const head = WARCRecord.createWARCInfo(
    { filename: `${about.run}.warc.gz`, date: iso(about.time), warcVersion: "WARC/1.1" },
    info,
  );
  yield { capture: null, isRevisit: false, bytes: packed(head) };
  const first = new Map<string, First>();
  for await (const capture of captures) {
    const payload = capture.kind === "rendered" || capture.size === 0 ? null : capture.sha256;
    const where = payload === null ? undefined : first.get(payload);
    // Readers know records by address and second: one of two could be taken for the other, and lead to itself.
    const known = where?.url === capture.url ? undefined : where;
    const body = known || capture.sha256 === null ? [] : await files.open(capture.sha256);
    if (body === null) continue;
    const record = known ? revisitOf(capture, known) : recordOf(capture, body);
    yield { capture, isRevisit: known !== undefined, bytes: packed(record) };
    if (!where && payload !== null) first.set(payload, { url: capture.url, date: iso(capture.time) });
    if (capture.request)
      yield { capture: null, isRevisit: false, bytes: packed(requestOf(capture, capture.request, record)) };
  }
}

/** Where a body is in the archive. */
interface First {
  readonly url: string;
  readonly date: string;
}

function recordOf(capture: Capture, body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): WARCRecord {
  if (capture.kind === "rendered") {
    const warcHeaders = { "Content-Type": "text/html; charset=utf-8" };
    return WARCRecord.create({ ...commonOf(capture), type: "resource", warcHeaders }, body);
  }
  const warcHeaders: Record<string, string> = capture.sha256 === null ? { "WARC-Truncated": "unspecified" } : {};
  return WARCRecord.create({ ...answerOf(capture), type: "response", warcHeaders }, body);
}

/** The headers of an answer whose body is in the archive already (ISO 28500, 6.7.2). */
function revisitOf(capture: Capture, { url, date }: First): WARCRecord {
  const warcHeaders = { "WARC-Payload-Digest": `sha256:${capture.sha256}` };
  return WARCRecord.create({
    ...answerOf(capture),
    ...{ type: "revisit", warcHeaders, refersToUrl: url, refersToDate: date },
  });
}

/** Whatever version of HTTP was spoken: web archives know no other form. */
function requestOf(capture: Capture, { method, headers }: CaptureRequest, answer: WARCRecord): WARCRecord {
  const { pathname, search } = new URL(capture.url);
  const concurrent = answer.warcHeaders.headers.get("WARC-Record-ID") ?? "";
  return WARCRecord.create({
    ...commonOf(capture),
    ...{ type: "request", statusline: `${method} ${pathname}${search} HTTP/1.1`, keepHeadersCase: true },
    httpHeaders: headers.map(([name, value]): [string, string] => [name, value]),
    warcHeaders: { "WARC-Concurrent-To": concurrent },
  });
}

function answerOf(capture: Capture): WARCRecordOpts {
  const statusline = `HTTP/1.1 ${capture.status} ${STATUS_CODES[capture.status] ?? ""}`.trim();
  const httpHeaders = capture.headers.map(([name, value]): [string, string] => [name, value]);
  return { ...commonOf(capture), statusline, httpHeaders, keepHeadersCase: true };
}

function commonOf({ url, time }: Capture): WARCRecordOpts {
  return { url, date: iso(time), warcVersion: "WARC/1.1" };
}

function packed(record: WARCRecord): AsyncIterable<Uint8Array> {
  return new WARCSerializer(record, { gzip: true });
}

function iso(time: number): string {
  return new Date(time).toISOString();
}
