/** What a page says, in a form in which two loads of it can be compared: sets of links, words, amounts, list items and forms. */
import { getDomain } from "tldts";
import { urlKey } from "../../core/url-key.ts";
import type { PageDocument } from "../document/document.ts";
import { linkOf } from "../document/links.ts";
import { INLINE, isHidden } from "../document/text.ts";
import { type Element, fold, isDead, walk } from "../document/tree.ts";

export interface PageContent {
  readonly url: string;
  readonly title: ReadonlySet<string>;
  /** Keys of the addresses it leads to, as in the frontier but without what names the visit. */
  readonly links: ReadonlySet<string>;
  readonly words: ReadonlySet<string>;
  readonly numbers: ReadonlySet<string>;
  /** Sums of money, and what stands where a page says that a price, a stock or a rating stands. */
  readonly amounts: ReadonlySet<string>;
  /** Texts of list items, rows and articles. */
  readonly items: readonly string[];
  /** Forms that ask for more than words to search for: method and names of what they ask. */
  readonly forms: ReadonlySet<string>;
  readonly text: string;
}

/** Languages written without blanks count by the sign. */
const WORD =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]|[\p{L}\p{M}]{2,}(?:['’][\p{L}\p{M}]+)*/gu;
/** How English tells when; other languages need few enough words for it to pass. */
const WHEN =
  /\b(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?|jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?|(?:second|minute|hour|day|week|month|year)s?|ago|yesterday|today|[ap]m|utc|gmt|coordinated universal time)\b/g;
const NUMBER = /\d[\d.,:/-]*/g;
const CURRENCY = "[$€£¥₹₽₩]|(?:USD|EUR|GBP|CHF|JPY|CNY|INR|SEK|NOK|DKK|PLN|kr|zł)(?![\\p{L}])";
const AMOUNT = new RegExp(`(?:${CURRENCY})\\s?\\d[\\d.,]*|\\d[\\d.,]*\\s?(?:${CURRENCY})`, "gu");
const ITEMS = new Set("article dd dt li tr".split(" "));
const ITEM_ROLES = new Set("article listitem option row".split(" "));
/** What says something about the page or helps to use it, but is nothing that the page says. */
const TOOLS = new Set("button label legend math mjx-container optgroup option svg".split(" "));
const TOOL_ROLES = new Set("alert alertdialog button dialog search status tooltip".split(" "));
const TOOL_NAMES =
  /(?:^|[\s_-])(?:adsbygoogle|advertisement|consent|cookie-?(?:banner|bar|consent|law|notice|popup)|gdpr|katex|mathjax|onetrust|toast|tooltip)(?:$|[\s_-])/i;
/** Parameters that name a visit and not a page. */
const VISIT = /^(?:_|_ga|_gl|cachebust(?:er)?|cb|jsessionid|nonce|phpsessid|rand|session(?:id)?|sid|token|ts)$/i;
const ITEM_LENGTH = 500;
/** What an element is called that holds one value. */
const VALUE = /price|(?:^|[\s_-])(?:amount|availability|cost|fee|rating|stock|total)s?(?:$|[\s_-])/i;
const VALUE_LENGTH = 60;

/** Reads a page for comparison; what scripts do that only decorate must not change the result. */
export function contentOf(document: PageDocument): PageContent {
  const { links, text, items, values } = new Reading(document);
  const whole = fold(text.join(""));
  const sums = whole.match(AMOUNT)?.map((amount) => amount.replace(/\s/g, "").replace(/[.,]+$/, ""));
  return {
    url: document.url,
    title: wordsOf(document.title),
    links,
    words: wordsOf(whole),
    numbers: new Set(whole.match(NUMBER)?.map((number) => number.replace(/[.,:/-]+$/, ""))),
    amounts: new Set([...(sums ?? []), ...values]),
    items: items.filter((item) => item !== ""),
    forms: new Set(document.forms.flatMap((form) => formKey(form) ?? [])),
    text: whole,
  };
}

/** One walk over a page. */
class Reading {
  readonly links = new Set<string>();
  readonly text: string[] = [];
  readonly items: string[] = [];
  readonly values: string[] = [];
  readonly #open: { readonly element: Element; readonly start: number }[] = [];
  #toolDepth = 0;

  constructor(document: PageDocument) {
    const { base } = document;
    walk(document.tree, {
      enter: (element) => {
        const url = linkOf(element, base);
        if (url && isNews(url, element, document.url)) this.links.add(linkKey(url));
        this.#enter(element);
        return !isDead(element);
      },
      leave: (element) => this.#leave(element),
      text: (data) => void (this.#toolDepth === 0 && this.text.push(data)),
    });
    this.links.delete(linkKey(new URL(document.url)));
  }

  #enter(element: Element): void {
    if (!INLINE.has(element.name)) this.text.push(" ");
    if (isTool(element)) this.#toolDepth += 1;
    if (isItem(element) || isValue(element)) this.#open.push({ element, start: this.text.length });
  }

  #leave(element: Element): void {
    if (isTool(element)) this.#toolDepth -= 1;
    const open = this.#open.at(-1);
    if (open?.element === element) {
      this.#open.pop();
      const text = fold(this.text.slice(open.start).join(""));
      if (isItem(element)) this.items.push(text.slice(0, ITEM_LENGTH));
      if (isValue(element) && text !== "" && text.length <= VALUE_LENGTH) this.values.push(text);
    }
    if (!INLINE.has(element.name)) this.text.push(" ");
  }
}

/** The address as the frontier compares it, without what names the visit. */
export function linkKey(url: URL): string {
  const clean = new URL(url);
  clean.pathname = clean.pathname.replace(/;(?:jsessionid|sid|phpsessid)=[^/;]*/gi, "");
  const visit = [...clean.searchParams.keys()].filter((name) => VISIT.test(name));
  for (const name of visit) clean.searchParams.delete(name);
  return urlKey(clean.href);
}

/** Frames of other sites hold advertisements and films; links that carry this page's own address share or check it. */
function isNews(url: URL, { name }: Element, page: string): boolean {
  const here = new URL(page);
  if (url.host === here.host || domainOf(url) === domainOf(here)) return true;
  return (name === "a" || name === "area") && !decoded(url.search).includes(here.host + here.pathname);
}

function domainOf(url: URL): string {
  return getDomain(url.hostname, { allowPrivateDomains: true }) ?? url.hostname;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function isTool(element: Element): boolean {
  const { id, class: classes, role } = element.attribs;
  if (isHidden(element) || TOOLS.has(element.name)) return true;
  if (role !== undefined && TOOL_ROLES.has(role)) return true;
  return TOOL_NAMES.test(id ?? "") || TOOL_NAMES.test(classes ?? "");
}

function isItem({ name, attribs }: Element): boolean {
  return ITEMS.has(name) || ITEM_ROLES.has(attribs.role ?? "");
}

function isValue({ attribs }: Element): boolean {
  return VALUE.test(`${attribs.itemprop ?? ""} ${attribs.class ?? ""} ${attribs.id ?? ""}`);
}

function wordsOf(text: string): ReadonlySet<string> {
  return new Set(text.toLowerCase().replace(WHEN, " ").match(WORD));
}

/** Null for a form that only searches, or asks nothing. Hidden fields carry numbers used once. */
function formKey(form: PageDocument["forms"][number]): string | null {
  const asked = form.fields.filter(({ type }) => !["hidden", "submit", "button", "reset", "image"].includes(type));
  const isSearch =
    form.method === "get" && asked.length <= 1 && asked.every(({ type }) => /^(?:search|text)$/.test(type));
  if (asked.length === 0 || isSearch) return null;
  const names = asked.map(({ name, type }) => `${type} ${name.replace(/\d+/g, "")}`);
  return [form.method, ...[...new Set(names)].sort()].join(", ");
}
