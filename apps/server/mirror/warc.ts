/**
 * Web archives (WARC 1.1, ISO 28500) of what was received: one `response` per answer with its headers and body as they came, and one
 * `resource` for what Chromium made of a page. A body that was packed or chunked on its way is plain, and its headers are renamed.
 */
import { STATUS_CODES } from "node:http";
import { WARCRecord } from "warcio";
import { WARCSerializer } from "warcio/node";
import type { FileStore } from "../core/files.ts";
import type { Capture } from "../core/mirror.ts";

export interface PackedRecord {
  /** Null: the record about the archive itself. */
  readonly capture: Capture | null;
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
  yield { capture: null, bytes: packed(head) };
  for await (const capture of captures) {
    const body = capture.sha256 === null ? null : await files.open(capture.sha256);
    if (capture.sha256 !== null && body === null) continue;
    yield { capture, bytes: packed(recordOf(capture, body ?? [])) };
  }
}

function recordOf(capture: Capture, body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): WARCRecord {
  const common = { url: capture.url, date: iso(capture.time), warcVersion: "WARC/1.1" } as const;
  if (capture.kind === "rendered") {
    const warcHeaders = { "Content-Type": "text/html; charset=utf-8" };
    return WARCRecord.create({ ...common, type: "resource", warcHeaders }, body);
  }
  const httpHeaders = capture.headers.map(([name, value]): [string, string] => [name, value]);
  const statusline = `HTTP/1.1 ${capture.status} ${STATUS_CODES[capture.status] ?? ""}`.trim();
  const truncated: Record<string, string> = capture.sha256 === null ? { "WARC-Truncated": "unspecified" } : {};
  return WARCRecord.create(
    {
      ...common,
      type: "response",
      statusline,
      httpHeaders,
      keepHeadersCase: true,
      warcHeaders: truncated,
    },
    body,
  );
}

function packed(record: WARCRecord): AsyncIterable<Uint8Array> {
  return new WARCSerializer(record, { gzip: true });
}

function iso(time: number): string {
  return new Date(time).toISOString();
}
