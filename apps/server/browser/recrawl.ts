/** What a session remembers of addresses from earlier runs: it asks for what may have changed only, and notes what it found. */
import { createHash } from "node:crypto";
import { selectAll } from "css-select";
import { BrowsingError } from "../core/browsing.ts";
import type { FileStore } from "../core/files.ts";
import { canonicalJson } from "../core/json.ts";
import {
  conditionalHeaders,
  type Facts,
  type Recalled,
  type Remembered,
  type Sighted,
  type SightingDraft,
} from "../core/recrawl.ts";
import { type Element, isElement, type Node, parseHtml, walk } from "./document/tree.ts";

export interface RecrawlParts {
  readonly files: FileStore;
  /** CSS selector of what may differ without being a change; null: nothing. */
  readonly ignore: string | null;
  recall(what: Recalled, url: string): Promise<Remembered | null>;
}

/** What one answer said, as far as it is worth remembering. */
export type Found = Pick<Facts, "url" | "status" | "headers" | "type"> & Partial<Pick<Facts, "name">>;

export class Recrawl {
  readonly #parts: RecrawlParts;
  readonly #notes = new Map<string, SightingDraft>();

  constructor(parts: RecrawlParts) {
    this.#parts = parts;
  }

  /** @param own the task's own request headers */
  look(what: Sighted, own: Readonly<Record<string, string>> = {}): Look {
    const variant = Object.keys(own).length === 0 ? "" : canonicalJson(own);
    return new Look(this.#parts, what, variant, (draft) => {
      // What was seen once was seen, whatever a later look met.
      const isWeak = draft.state === "unknown" || draft.state === "gone";
      const noted = this.#notes.get(keyOf(draft))?.state;
      if (!isWeak || (noted !== "seen" && noted !== "same")) this.#notes.set(keyOf(draft), draft);
    });
  }

  drafts(): readonly SightingDraft[] {
    return [...this.#notes.values()];
  }

  /** Whether what Chromium made of a page is new. What HTTP said of it before stays, so that it can be asked for conditionally. */
  async rendered(page: Found, html: string): Promise<boolean> {
    const key = keyOf({ what: "page", url: page.url });
    const [noted, known] = [this.#notes.get(key), await this.#parts.recall("page", page.url)];
    const shell = noted?.state === "seen" ? noted.facts : noted?.state === "same" ? known?.facts : undefined;
    const { url, status, headers, type } = page;
    const found = { url, status, headers, type, body: null, variant: "", name: "", size: 0 };
    const sha256 = hashOf(html, type, this.#parts.ignore);
    const facts: Facts = { ...found, ...shell, tier: "browser", sha256 };
    this.#notes.set(key, { what: "page", url: page.url, state: "seen", facts });
    return known?.facts.sha256 !== sha256 || known.changedInThisRun;
  }
}

/** One address being asked for, with the redirects it takes. */
export class Look {
  readonly #parts: RecrawlParts;
  readonly #what: Sighted;
  readonly #variant: string;
  readonly #note: (draft: SightingDraft) => void;
  readonly #known = new Map<string, Remembered | null>();
  readonly #conditional = new Set<string>();
  #trusts = true;

  constructor(parts: RecrawlParts, what: Sighted, variant: string, note: (draft: SightingDraft) => void) {
    this.#parts = parts;
    this.#what = what;
    this.#variant = variant;
    this.#note = note;
  }

  /** The headers to ask an address with: conditional ones, if an answer without bytes would be enough. */
  async headersFor(url: URL): Promise<Record<string, string>> {
    const known = this.#known.get(url.href) ?? (await this.#parts.recall(this.#what, url.href));
    this.#known.set(url.href, known);
    if (!this.#trusts || known?.facts.variant !== this.#variant) return {};
    const { body } = known.facts;
    if (body === null || (body !== "" && !(await this.#parts.files.has(body)))) return {};
    const headers = conditionalHeaders(known.facts);
    if (Object.keys(headers).length > 0) this.#conditional.add(url.href);
    return headers;
  }

  /** Whether `304 Not Modified` of an address answers what was asked here. */
  isConditional(url: URL): boolean {
    return this.#conditional.has(url.href);
  }

  /** What `304 Not Modified` stands for. */
  same(url: URL): Remembered | null {
    const known = this.#known.get(url.href) ?? null;
    if (known) this.#note({ what: this.#what, url: url.href, state: "same" });
    return known;
  }

  /** The bytes of a remembered page; null when they are not what they were, so that the page must be asked for anew. */
  async bytes({ body }: Facts): Promise<Uint8Array | null> {
    if (body === "") return new Uint8Array();
    const stream = body === null ? null : await this.#parts.files.open(body);
    const bytes = stream && Buffer.from(await new Response(stream).arrayBuffer());
    if (bytes && createHash("sha256").update(bytes).digest("hex") === body) return bytes;
    this.#trusts = false;
    this.#conditional.clear();
    return null;
  }

  /** Notes a page, with bytes that are kept for later answers without. Resolves with whether it is new or has changed. */
  async page(found: Found, bytes: Uint8Array | null, html: string): Promise<boolean> {
    const blob = bytes === null ? null : await this.#parts.files.put(once(bytes));
    // Of what is no text nothing is read: its headers are all there is to compare.
    const { etag = "", "last-modified": modified = "", "content-length": length = "" } = found.headers;
    const sha256 = blob
      ? hashOf(html, found.type, this.#parts.ignore, blob.sha256)
      : digest(`${etag} ${modified} ${length}`);
    return this.#seen({ name: "", ...found, sha256, tier: "http", body: blob?.sha256 ?? "", size: blob?.size ?? 0 });
  }

  /** Notes a file that lies in the store. */
  file(found: Found & Pick<Facts, "name">, { sha256, size }: { sha256: string; size: number }): boolean {
    return this.#seen({ ...found, sha256, tier: "http", body: sha256, size });
  }

  /** Notes what an error says about the addresses that were asked for: nothing there any more, or nothing at all. */
  failed(error: unknown, start: URL): void {
    const state = error instanceof BrowsingError && error.code === "not_found" ? "gone" : "unknown";
    for (const url of new Set([start.href, ...this.#known.keys()])) this.#note({ what: this.#what, url, state });
  }

  #seen(found: Omit<Facts, "variant">): boolean {
    const facts = { ...found, headers: { ...found.headers }, variant: this.#variant };
    this.#note({ what: this.#what, url: found.url, state: "seen", facts });
    const known = this.#known.get(found.url);
    return !known || known.facts.sha256 !== facts.sha256 || known.changedInThisRun;
  }
}

function keyOf({ what, url }: Pick<SightingDraft, "what" | "url">): string {
  return `${what} ${url}`;
}

/** @param plain the hash of the bytes, if it is known already */
function hashOf(html: string, type: string, ignore: string | null, plain?: string): string {
  if (ignore === null || !/html/.test(type)) return plain ?? digest(html);
  const tree = parseHtml(html);
  const ignored = new Set<Node>(selectAll<Node, Element>(ignore, tree.children));
  const hash = createHash("sha256");
  walk(tree, {
    enter(element) {
      if (isElement(element) && ignored.has(element)) return false;
      hash.update(`<${element.name} ${JSON.stringify(element.attribs)}>`);
      return true;
    },
    text: (data) => void hash.update(data),
  });
  return hash.digest("hex");
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
