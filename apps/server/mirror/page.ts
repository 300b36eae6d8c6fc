/** Pages of a mirror: finds what they refer to, and rewrites it in place. What is no address stays as it was, to the letter. */
import { Parser } from "htmlparser2";
import { withEncodedQuery } from "../core/query-charset.ts";
import { isHasty, type Purpose, partsOfRefresh, partsOfSrcset, referenceOf } from "./references.ts";
import { addressesIn, rewriteStyle } from "./style.ts";

/** What an absolute address becomes in the page; null: it is not in the mirror, so a link stays absolute, and nothing is loaded. */
export type Locate = (url: string, purpose: Purpose) => string | null;

export interface PageRewrite {
  readonly html: string;
  readonly url: string;
  readonly locate: Locate;
  /** What it was written in, and so the queries of its links; null: UTF-8. The copy is UTF-8. */
  readonly charset: string | null;
  /** What scripts built is there already: they would build it again, or find nothing where the page now lies. */
  readonly withoutScripts: boolean;
}

/**
 * Nothing of a copy asks the network: what is not in the mirror is not loaded. Links still lead where they led.
 * `file:` for a folder that was opened, `'self'` for one that is served.
 */
const POLICY =
  "default-src 'self' file: data: blob: 'unsafe-inline' 'unsafe-eval'; connect-src 'self' data: blob:; form-action *; base-uri 'none'";

/** What a page would load and the mirror lacks: an empty document of no network, which says what it stands for. */
const NOTHING = "data:,#";

/** Absolute addresses of everything that a page loads to be shown. */
export function requisitesOfPage(html: string, url: string): string[] {
  const found = new Set<string>();
  const locate: Locate = (address, purpose) => {
    if (purpose === "need") found.add(address);
    return null;
  };
  rewritePage({ html, url, locate, charset: null, withoutScripts: false });
  return [...found];
}

/** Absolute addresses of everything that a style sheet loads. */
export function requisitesOfStyle(css: string, url: string): string[] {
  return addressesIn(css).flatMap((address) => absolute(address, url)?.url ?? []);
}

export function rewriteSheet(css: string, url: string, locate: Locate): string {
  return rewriteStyle(css, (address) => relocated(address, url, "need", locate));
}

export function rewritePage(page: PageRewrite): string {
  return edited(page).result();
}

function edited(page: PageRewrite, isPart = false): PageEditor {
  const editor = new PageEditor(page, isPart);
  const parser = new Parser(
    editor.handler(() => parser),
    { recognizeSelfClosing: true },
  );
  parser.write(page.html);
  parser.end();
  return editor;
}

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

interface Attribute {
  readonly name: string;
  readonly value: string;
  readonly start: number;
  readonly end: number;
}

class PageEditor {
  readonly #page: PageRewrite;
  /** Elements whose text is read for itself; a part of a page has no such part again, however deep a hostile page nests them. */
  readonly #raws: readonly string[];
  readonly #edits: Edit[] = [];
  #base: string;
  #attributes: Attribute[] = [];
  /** Where the text of a style element lies, or of what browsers without frames show, which parsers take for text; and where a script that is dropped begins. */
  #raw: { start: number; end: number } | null = null;
  #dropped: number | null = null;
  /** Where the head's first words may go. */
  #head = 0;
  #headFound = false;

  constructor(page: PageRewrite, isPart: boolean) {
    this.#page = page;
    this.#raws = isPart ? ["style"] : ["style", "noframes"];
    this.#base = page.url;
  }

  handler(parser: () => Parser): ConstructorParameters<typeof Parser>[0] {
    return {
      onprocessinginstruction: () => {
        if (!this.#headFound) this.#head = parser().endIndex + 1;
      },
      onopentagname: () => {
        this.#attributes = [];
      },
      onattribute: (name, value) => {
        this.#attributes.push({ name, value, start: parser().startIndex, end: parser().endIndex });
      },
      onopentag: (name, attributes) => this.#opened(name, attributes, parser().startIndex, parser().endIndex),
      ontext: () => {
        if (!this.#raw) return;
        const { startIndex, endIndex } = parser();
        this.#raw = { start: this.#raw.start < 0 ? startIndex : this.#raw.start, end: endIndex + 1 };
      },
      onclosetag: (name, implied) => this.#closed(name, implied ? parser().startIndex : parser().endIndex + 1),
    };
  }

  result(): string {
    const own = `<meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${POLICY}">`;
    const isXml = /^\s*<\?xml/.test(this.#page.html);
    const head = { start: this.#head, end: this.#head, text: isXml ? own.replaceAll('">', '"/>') : own };
    return this.part(head).replace(/^(\s*<\?xml[^>]*?)\s+encoding\s*=\s*(?:"[^"]*"|'[^']*')/, '$1 encoding="UTF-8"');
  }

  /** What was read, as part of a page. */
  part(...more: readonly Edit[]): string {
    const edits = [...this.#edits, ...more].sort((a, b) => a.start - b.start || a.end - b.end);
    let [result, at] = ["", 0];
    for (const { start, end, text } of edits) {
      if (start < at) continue;
      result += this.#page.html.slice(at, start) + text;
      at = end;
    }
    return result + this.#page.html.slice(at);
  }

  #opened(tag: string, attributes: Readonly<Record<string, string>>, start: number, end: number): void {
    if (this.#dropped !== null) return;
    if (tag === "html" && !this.#headFound) this.#head = end + 1;
    if (tag === "head" && !this.#headFound) [this.#head, this.#headFound] = [end + 1, true];
    if (this.#raws.includes(tag)) this.#raw = { start: -1, end: -1 };
    if (tag === "base" && attributes.href !== undefined)
      this.#base = URL.parse(attributes.href.trim(), this.#page.url)?.href ?? this.#base;
    if (tag === "script" && this.#page.withoutScripts && isProgram(attributes)) this.#dropped = start;
    else if (tag === "link" && isHasty(attributes)) this.#edits.push({ start, end: end + 1, text: "" });
    else for (const attribute of this.#attributes) this.#rewrite(tag, attribute, attributes);
  }

  #closed(tag: string, end: number): void {
    if (this.#raw && this.#raws.includes(tag)) {
      const { start, end: last } = this.#raw;
      const raw = start < 0 ? "" : this.#page.html.slice(start, last);
      if (raw !== "") this.#edits.push({ start, end: last, text: this.#rewritten(tag, raw) });
      this.#raw = null;
    }
    if (tag === "script" && this.#dropped !== null) {
      this.#edits.push({ start: this.#dropped, end, text: "" });
      this.#dropped = null;
    }
  }

  #rewritten(tag: string, raw: string): string {
    if (tag === "style") return rewriteSheet(raw, this.#base, this.#page.locate);
    return edited({ ...this.#page, html: raw, url: this.#base }, true).part();
  }

  #rewrite(tag: string, { name, value, start, end }: Attribute, attributes: Readonly<Record<string, string>>): void {
    const text = this.#valueOf(tag, name.toLowerCase(), value, attributes);
    if (text === value) return;
    this.#edits.push({ start, end, text: text === null ? "" : `${name}="${escaped(text)}"` });
  }

  /** What an attribute becomes; null: it goes. */
  #valueOf(tag: string, name: string, value: string, attributes: Readonly<Record<string, string>>): string | null {
    if (isObsolete(tag, name, attributes)) return null;
    const reference = referenceOf(tag, name, attributes);
    if (reference === null || value.trim() === "") return value;
    const move = (address: string): string | null =>
      relocated(this.#encoded(address), this.#base, reference.purpose, this.#page.locate);
    if (reference.form === "style") return rewriteStyle(value, move);
    if (reference.form === "refresh") return this.#refresh(value);
    if (reference.form === "one") return move(value) ?? value;
    const parts = partsOfSrcset(value).map(({ url, rest }) => `${move(url) ?? url} ${rest}`.trim());
    return parts.join(", ");
  }

  #encoded(address: string): string {
    return withEncodedQuery(address, () => this.#page.charset);
  }

  /** A page that sends on by itself to what is not in the mirror would ask the network; so it stays where it is. */
  #refresh(value: string): string | null {
    const parts = partsOfRefresh(value);
    const target = parts && absolute(this.#encoded(parts.url), this.#base);
    if (!parts || !target) return value;
    const moved = this.#page.locate(target.url, "link");
    return moved === null ? null : `${parts.before}${moved}${target.hash}`;
  }
}

/** What would break the copy, say the wrong charset, or ask the network. */
function isObsolete(tag: string, name: string, attributes: Readonly<Record<string, string>>): boolean {
  if (tag === "base") return name === "href";
  if (name === "integrity" || name === "crossorigin" || name === "ping") return true;
  if (tag === "html") return name === "manifest";
  if (tag !== "meta") return false;
  const header = (attributes["http-equiv"] ?? "").trim().toLowerCase();
  return (
    name === "charset" ||
    ((name === "content" || name === "http-equiv") && /^content-(?:type|security-policy)/.test(header))
  );
}

/** Data and templates in script elements are no programs. */
function isProgram({ type = "" }: Readonly<Record<string, string>>): boolean {
  return type === "" || /javascript|ecmascript|module|importmap/i.test(type);
}

function relocated(address: string, base: string, purpose: Purpose, locate: Locate): string | null {
  const target = absolute(address, base);
  if (!target) return null;
  const found = locate(target.url, purpose);
  if (found === null && purpose === "need") return `${NOTHING}${target.url}`;
  return (found ?? target.url) + target.hash;
}

/** Null: not on the web, or a place within the page. */
function absolute(address: string, base: string): { readonly url: string; readonly hash: string } | null {
  const text = address.trim();
  if (text.startsWith("#")) return null;
  const url = URL.parse(text, base);
  if (!url || (url.protocol !== "http:" && url.protocol !== "https:")) return null;
  const { hash } = url;
  url.hash = "";
  return { url: url.href, hash };
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
