/** One page as a task sees it, the same whichever tier fetched it. Nothing is parsed before it is asked for. */
import { selectAll } from "css-select";
import type { Document, Form, LinkOptions } from "../../../sdk/context.ts";
import { encodingOfPage } from "../../core/charset.ts";
import type { TierReason } from "../../core/execution.ts";
import type { PageStep } from "../../core/mirror.ts";
import { withoutFragment } from "../web-url.ts";
import type { Syntax } from "./flat-parser.ts";
import { collectForms } from "./forms.ts";
import { linkFilter } from "./link-filter.ts";
import type { LinkTarget } from "./link-targets.ts";
import { type Link, resolveBase, resolveLinks } from "./links.ts";
import { NO_LINKS, type Outline, outlineOf } from "./outline.ts";
import { isUnseen, rawText, visibleText } from "./text.ts";
import { type Element, fold, type Node, parseHtml, type Tree } from "./tree.ts";

const XHTML = "application/xhtml+xml";

export interface PageFacts {
  readonly url: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly type: string;
  /** Text of the answer; empty when it is not text. */
  readonly html: string;
  /** The answer as Chromium got it, before scripts worked on it; only where somebody wanted to know. */
  readonly source?: string | null | undefined;
  /** How Chromium came there. */
  readonly way?: readonly PageStep[];
  readonly tier: "http" | "browser";
  readonly tierReason: string;
  readonly tierWhy: TierReason;
}

export class PageDocument implements Document {
  readonly url: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly type: string;
  readonly html: string;
  readonly source: string | null;
  readonly way: readonly PageStep[];
  readonly tier: "http" | "browser";
  /** Known only once the page was looked at. */
  tierReason: string;
  /** The same in one word, to be counted. */
  tierWhy: TierReason;
  changed = true;
  /** Is told of all that `links` gives. */
  onLinks: ((hrefs: readonly string[], options: LinkOptions) => void) | null = null;
  #tree: Tree | null = null;
  #outline: Outline | null = null;
  #text: string | null = null;
  #links: readonly Link[] | null = null;
  /** Where its scripts lead, though it says enough to be a page. */
  #leads: readonly LinkTarget[] = [];

  constructor(facts: PageFacts) {
    this.url = facts.url;
    this.status = facts.status;
    this.headers = facts.headers;
    this.type = facts.type;
    this.html = facts.html;
    this.source = facts.source ?? null;
    this.way = facts.way ?? [];
    this.tier = facts.tier;
    this.tierReason = facts.tierReason;
    this.tierWhy = facts.tierWhy;
  }

  /** The parsed page; an answer that is no HTML has no elements. */
  get tree(): Tree {
    this.#tree ??= parseHtml(isHtml(this.type) ? this.html : "", syntaxOf(this.type));
    return this.#tree;
  }

  get outline(): Outline {
    this.#outline ??= outlineOf(isHtml(this.type) ? this.html : "", syntaxOf(this.type));
    return this.#outline;
  }

  /** What its relative addresses are relative to. */
  get base(): URL {
    return resolveBase(this.outline.base, this.url);
  }

  get canonical(): string | null {
    const url = this.outline.canonical === null ? null : URL.parse(this.outline.canonical.trim(), this.base);
    return url && /^https?:$/.test(url.protocol) ? withoutFragment(url) : null;
  }

  get title(): string {
    return this.outline.title;
  }

  get text(): string {
    this.#text ??= isHtml(this.type) ? visibleText(this.tree) : fold(this.html);
    return this.#text;
  }

  get forms(): readonly Form[] {
    return collectForms(this.tree, this.url, this.base);
  }

  /** What its scripts lead to is a link like any other from now on. */
  leadsTo(address: string): void {
    this.#leads = [{ address, download: null, embedded: false, nofollow: false }];
    this.#links = null;
  }

  links(options: LinkOptions = {}): string[] {
    const charset = (): string | null => encodingOfPage(this.html, this.headers["content-type"]);
    const targets = [...this.outline.targets, ...this.#leads];
    this.#links ??= resolveLinks(targets, this.outline.base, this.url, charset);
    const isAllowed =
      options.nofollow !== false || !(this.outline.nofollow || NO_LINKS.test(this.headers["x-robots-tag"] ?? ""));
    const found = isAllowed ? this.#links.filter(linkFilter(this.url, options)) : [];
    const hrefs = found.map((link) => link.href);
    this.onLinks?.(hrefs, options);
    return hrefs;
  }

  select(
    selector: string,
  ): readonly { readonly text: string; readonly attributes: Readonly<Record<string, string>> }[] {
    return find(this.tree, selector).map((element) => ({
      text: isUnseen(element) ? rawText(element) : visibleText(element),
      attributes: { ...element.attribs },
    }));
  }
}

export function isHtml(type: string): boolean {
  return type === "text/html" || type === XHTML;
}

/** What is sent as HTML is read as HTML, also if it was written as XHTML; so do browsers. */
function syntaxOf(type: string): Syntax {
  return type === XHTML ? "xml" : "html";
}

function find(tree: Tree, selector: string): Element[] {
  try {
    return selectAll<Node, Element>(selector, tree.children);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new TypeError(`Expected a CSS selector, got ${JSON.stringify(selector)}: ${why}`, { cause: error });
  }
}
