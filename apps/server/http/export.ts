/** Every record that fits as one download: written as it is read, so that a large collection needs no memory. */
import type { SavedRecord } from "../core/entities.ts";
import type { RecordFilter, RecordQuery, RecordReader } from "../core/record-query.ts";
import { csvLines } from "./csv.ts";
import { type AppContext, streamed } from "./endpoint.ts";
import { inChunks } from "./pages.ts";
import { presentRecord } from "./presenters/record.ts";

export const EXPORT_FORMATS = ["json", "jsonl", "csv"] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

const TYPES: Readonly<Record<ExportFormat, string>> = {
  json: "application/json",
  jsonl: "application/x-ndjson; charset=utf-8",
  csv: "text/csv; charset=utf-8; header=present",
};

export async function exported(
  c: AppContext,
  records: RecordReader,
  collection: string,
  asked: RecordFilter & Pick<RecordQuery, "order">,
  format: ExportFormat,
): Promise<Response> {
  const all = records.every(collection, asked);
  const texts =
    format === "json"
      ? jsonDocument(all)
      : format === "jsonl"
        ? jsonLines(all)
        : csvLines(await records.fields(collection, asked), all);
  const name = collection.replaceAll(/[^\w.-]/g, "_");
  return streamed(c, inChunks(texts), {
    "content-type": TYPES[format],
    "content-disposition": `attachment; filename="${name}.${format}"`,
  });
}

async function* jsonLines(records: AsyncIterable<SavedRecord>): AsyncGenerator<string> {
  for await (const record of records) yield `${JSON.stringify(presentRecord(record))}\n`;
}

/** The shape of every list. */
async function* jsonDocument(records: AsyncIterable<SavedRecord>): AsyncGenerator<string> {
  yield '{"items":[';
  let separator = "\n";
  for await (const record of records) {
    yield separator + JSON.stringify(presentRecord(record));
    separator = ",\n";
  }
  yield '\n],"next":null}\n';
}
