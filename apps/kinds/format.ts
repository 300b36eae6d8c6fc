/** Text into data and back: JSON, JSON lines, CSV, XML, lines. What is asked for is loaded, nothing else. */
import { fail, z } from "../sdk/index.ts";

export const FORMATS = ["text", "json", "jsonl", "csv", "xml", "lines", "base64"] as const;
export const format = z.enum(FORMATS);
export type Format = z.infer<typeof format>;

export const csvOptions = {
  /** Between two fields; default `,`. */
  separator: z.string().min(1).max(8).default(","),
  /** Whether the first line holds names: then records are objects. */
  header: z.boolean().default(true),
};
export interface CsvOptions {
  readonly separator: string;
  readonly header: boolean;
}

/** By the end of a file's name; `text` when that says nothing. */
export function formatOf(path: string): Format {
  const end = /\.(\w+)$/.exec(path)?.[1]?.toLowerCase();
  const known: Readonly<Record<string, Format>> = {
    json: "json",
    jsonl: "jsonl",
    ndjson: "jsonl",
    csv: "csv",
    tsv: "csv",
    xml: "xml",
  };
  return known[end ?? ""] ?? "text";
}

export async function read(bytes: Buffer, as: Format, csv: CsvOptions): Promise<unknown> {
  if (as === "base64") return bytes.toString("base64");
  const text = bytes.toString("utf8").replace(/^\uFEFF/, "");
  switch (as) {
    case "json":
      return json(text, "");
    case "jsonl":
      return lines(text).flatMap((line, index) => (line.trim() === "" ? [] : [json(line, ` in line ${index + 1}`)]));
    case "lines":
      return lines(text);
    case "csv":
      return readCsv(text, csv);
    case "xml":
      return readXml(text);
    default:
      return text;
  }
}

export async function write(data: unknown, as: Format, csv: CsvOptions): Promise<string | Buffer> {
  switch (as) {
    case "json":
      return `${JSON.stringify(data, null, 2)}\n`;
    case "jsonl":
      return list(data, as)
        .map((item) => `${JSON.stringify(item)}\n`)
        .join("");
    case "lines":
      return list(data, as)
        .map((item) => `${asText(item)}\n`)
        .join("");
    case "csv":
      return writeCsv(list(data, as), csv);
    case "xml":
      return new (await import("fast-xml-parser")).XMLBuilder({ ...XML, format: true }).build(data);
    case "base64":
      return bytesOf(data);
    default:
      return asText(data);
  }
}

/** Without the last line break's empty rest. */
export function lines(text: string): string[] {
  const split = text.split(/\r?\n/);
  return split.at(-1) === "" ? split.slice(0, -1) : split;
}

/** As text is put into files and lines: texts as they are, everything else as JSON. */
export function asText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

const XML = { ignoreAttributes: false, attributeNamePrefix: "@" };

function json(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    return fail(`expected JSON${where}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

async function readCsv(text: string, { separator, header }: CsvOptions): Promise<unknown> {
  const { parse } = await import("csv-parse/sync");
  try {
    return parse(text, { columns: header, delimiter: separator, bom: true, skip_empty_lines: true });
  } catch (error) {
    return fail(`expected CSV: ${error instanceof Error ? error.message : String(error)}`);
  }
}

async function writeCsv(records: readonly unknown[], { separator, header }: CsvOptions): Promise<string> {
  const { stringify } = await import("csv-stringify/sync");
  const asObjects = records.every((record) => typeof record === "object" && record !== null && !Array.isArray(record));
  return stringify([...records], {
    header: header && asObjects,
    delimiter: separator,
    cast: { object: (value) => JSON.stringify(value) },
  });
}

async function readXml(text: string): Promise<unknown> {
  const { XMLParser, XMLValidator } = await import("fast-xml-parser");
  const valid = XMLValidator.validate(text);
  if (valid !== true) fail(`expected XML: ${valid.err.msg} in line ${valid.err.line}`);
  // Entities of a document's own could be made to grow without end.
  return new XMLParser({ ...XML, processEntities: false, htmlEntities: false }).parse(text);
}

function list(data: unknown, as: Format): readonly unknown[] {
  return Array.isArray(data)
    ? data
    : fail(`expected a list to write as ${as}, got ${JSON.stringify(data)?.slice(0, 100)}`);
}

function bytesOf(data: unknown): Buffer {
  if (Array.isArray(data)) return Buffer.from(data as number[]);
  return typeof data === "string" ? Buffer.from(data, "base64") : fail("expected base64 text, or a list of bytes");
}
