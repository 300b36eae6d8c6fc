/** WACZ 1.1.1: a web archive with its index and list of pages in one ZIP, as ReplayWeb.page opens it. */
import { createHash, type Hash } from "node:crypto";
import { getSurt } from "warcio/utils";
import type { Capture } from "../core/mirror.ts";
import { isHtml } from "./site.ts";
import type { PackedRecord } from "./warc.ts";
import { type ZipEntry, zip } from "./zip.ts";

export interface WaczParts {
  readonly title: string;
  readonly created: number;
  records(): AsyncIterable<PackedRecord>;
}

interface Resource {
  readonly path: string;
  readonly hash: string;
  readonly bytes: number;
}

const ARCHIVE = "archive/data.warc.gz";

export function wacz(parts: WaczParts): AsyncIterable<Uint8Array> {
  const resources: Resource[] = [];
  const index: string[] = [];
  const pages: Capture[] = [];
  const noted = (path: string, packed: boolean, content: () => AsyncIterable<Uint8Array>): ZipEntry => ({
    path,
    packed,
    time: new Date(parts.created),
    open: async () => measured(path, content(), resources),
  });
  const text = (path: string, make: () => string): ZipEntry => noted(path, false, () => one(make()));
  let description = "";
  return zip([
    noted(ARCHIVE, true, () => archive(parts, index, pages)),
    text("indexes/index.cdx", () => `${index.sort().join("\n")}\n`),
    text("pages/pages.jsonl", () => pageList(pages)),
    plain("datapackage.json", () => {
      description = packageOf(parts, resources, pages);
      return description;
    }),
    plain("datapackage-digest.json", () =>
      JSON.stringify({ path: "datapackage.json", hash: `sha256:${sha256(description)}` }),
    ),
  ]);
}

async function* archive(parts: WaczParts, index: string[], pages: Capture[]): AsyncGenerator<Uint8Array> {
  let offset = 0;
  const hidden = new Set<string>();
  for await (const { capture, isRevisit, bytes } of parts.records()) {
    const start = offset;
    for await (const chunk of bytes) {
      offset += chunk.byteLength;
      yield chunk;
    }
    if (capture === null) continue;
    // What scripts made of a page is what is shown for its address; it comes after the answer that it was made of.
    if (capture.kind === "rendered") hidden.add(capture.url);
    index.push(indexLine(capture, isRevisit, start, offset - start));
    if ((capture.kind === "page" || capture.kind === "rendered") && isHtml(capture.type)) pages.push(capture);
  }
  const shown = pages.filter(({ kind, url }) => kind === "rendered" || !hidden.has(url));
  pages.splice(0, pages.length, ...shown);
}

function indexLine(capture: Capture, isRevisit: boolean, offset: number, length: number): string {
  const facts = {
    url: capture.url,
    mime: isRevisit ? "warc/revisit" : capture.type || "unk",
    status: String(capture.kind === "rendered" ? 200 : capture.status),
    ...(capture.sha256 === null ? {} : { digest: `sha256:${capture.sha256}` }),
    length: String(length),
    offset: String(offset),
    filename: "data.warc.gz",
  };
  return `${getSurt(capture.url)} ${stamp(capture.time + (capture.kind === "rendered" ? 1000 : 0))} ${JSON.stringify(facts)}`;
}

function pageList(pages: readonly Capture[]): string {
  const lines = pages.map(({ id, url, title, time }) => ({
    id: String(id),
    url,
    ts: new Date(time).toISOString(),
    ...(title === "" ? {} : { title }),
  }));
  return `${[{ format: "json-pages-1.0", id: "pages", title: "All Pages" }, ...lines].map((line) => JSON.stringify(line)).join("\n")}\n`;
}

function packageOf({ title, created }: WaczParts, resources: readonly Resource[], pages: readonly Capture[]): string {
  const [main] = pages;
  const description = {
    profile: "data-package",
    wacz_version: "1.1.1",
    title,
    created: new Date(created).toISOString(),
    software: "Ultravisor",
    ...(main ? { mainPageUrl: main.url, mainPageDate: new Date(main.time).toISOString() } : {}),
    resources: resources.map(({ path, ...facts }) => ({ name: path.split("/").at(-1), path, ...facts })),
  };
  return JSON.stringify(description, null, 2);
}

function plain(path: string, make: () => string): ZipEntry {
  return { path, open: async () => Buffer.from(make()) };
}

async function* measured(
  path: string,
  content: AsyncIterable<Uint8Array>,
  resources: Resource[],
): AsyncGenerator<Uint8Array> {
  const hash: Hash = createHash("sha256");
  let bytes = 0;
  for await (const chunk of content) {
    hash.update(chunk);
    bytes += chunk.byteLength;
    yield chunk;
  }
  resources.push({ path, hash: `sha256:${hash.digest("hex")}`, bytes });
}

async function* one(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** 20261122013000 */
function stamp(time: number): string {
  return new Date(time).toISOString().replaceAll(/\D/g, "").slice(0, 14);
}
