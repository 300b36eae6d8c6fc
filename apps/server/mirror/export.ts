/** A run's mirror as one file: a ZIP to browse offline, a WARC, or a WACZ, made while it is read. */
import type { FileStore } from "../core/files.ts";
import type { MirrorFile, MirrorFormat } from "../core/mirror.ts";
import type { CaptureReader } from "../core/ports.ts";
import { isHtml, readSite, rewritten, type Site } from "./site.ts";
import { wacz } from "./wacz.ts";
import { type PackedRecord, warcRecords } from "./warc.ts";
import { type ZipEntry, zip } from "./zip.ts";

export interface ExportParts {
  readonly captures: CaptureReader;
  readonly files: Pick<FileStore, "open">;
  readonly now: number;
}

export async function exportMirror(
  { captures, files, now }: ExportParts,
  run: { readonly id: string; readonly name: string },
  format: MirrorFormat,
): Promise<MirrorFile> {
  const name = `${run.name.replaceAll(/[^\w.-]+/g, "-")}-${run.id.slice(-8)}`;
  const records = () => warcRecords(captures.each(run.id), files, { name: run.name, run: run.id, time: now });
  if (format === "warc") return { name: `${name}.warc.gz`, type: "application/warc", bytes: joined(records()) };
  if (format === "wacz") {
    return { name: `${name}.wacz`, type: "application/wacz", bytes: wacz({ title: run.name, created: now, records }) };
  }
  const site = await readSite(captures.each(run.id));
  return { name: `${name}.zip`, type: "application/zip", bytes: zip(entries(site, files)) };
}

function* entries(site: Site, files: Pick<FileStore, "open">): Generator<ZipEntry> {
  yield { path: "index.html", open: async () => Buffer.from(contents(site)) };
  for (const file of site.files) {
    const { path, capture } = file;
    yield {
      path,
      time: new Date(capture.time),
      packed: /^(?:image\/(?!svg)|video|audio|font\/woff|application\/(?:zip|gzip|pdf))/.test(capture.type),
      async open() {
        const bytes = await rewritten(site, file, files);
        const stream = bytes ?? (capture.sha256 === null ? null : await files.open(capture.sha256));
        if (stream === null) throw new Error(`the bytes of ${capture.url} are no longer in the file store`);
        return stream;
      },
    };
  }
}

/** Where to begin, beside the folders of the hosts. */
function contents({ files }: Site): string {
  const pages = files.filter(({ capture }) => capture.kind !== "asset" && isHtml(capture.type));
  const link = ({ path, capture }: Site["files"][number]): string =>
    `<li><a href="${escaped(path.split("/").map(encodeURIComponent).join("/"))}">${escaped(capture.title || capture.url)}</a></li>`;
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Mirror</title></head><body><h1>${pages.length} pages</h1><ul>${pages.map(link).join("\n")}</ul></body></html>\n`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}

async function* joined(records: AsyncIterable<PackedRecord>): AsyncGenerator<Uint8Array> {
  for await (const { bytes } of records) yield* bytes;
}
