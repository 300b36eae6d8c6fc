/** What a page says, in a form in which two loads of it can be compared: sets of links, words, amounts, list items and forms. */
import { getDomain } from "tldts";
import { urlKey } from "../core/url-key.ts";
import type { PageDocument } from "./document.ts";
import { baseOf, linkOf } from "./links.ts";
import { INLINE, isHidden } from "./text.ts";
import { type Element, fold, isDead, walk } from "./tree.ts";

export interface PageContent {
  readonly url: string;
  readonly title: ReadonlySet<string>;
  /** Keys of the addresses it leads to, as in the frontier but without what names the visit. */
  readonly links: ReadonlySet<string>;
  readonly words: ReadonlySet<string>;
  readonly numbers: ReadonlySet<string>;
  /** Sums of money. */
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

/** @param tree is walked once; scripts that only decorate must not change the result */
export function contentOf(document: PageDocument): PageContent {
  const text: string[] = [];
  const items: string[] = [];
  const links = new Set<string>();
  const openItems: { element: Element; start: number }[] = [];
  const own = linkKey(new URL(document.url));
  const base = baseOf(document.tree, document.url);
  let toolDepth = 0;
  walk(document.tree, {
    enter(element) {
      const url = linkOf(element, base);
      if (url && isNews(url, element, document.url)) links.add(linkKey(url));
      if (!INLINE.has(element.name)) text.push(" ");
      if (isTool(element)) toolDepth += 1;
      if (isItem(element)) openItems.push({ element, start: text.length });
      return !isDead(element);
    },
    leave(element) {
      if (isTool(element)) toolDepth -= 1;
      const item = openItems.at(-1);
      if (item?.element === element) {
        openItems.pop();
        items.push(fold(text.slice(item.start).join("")).slice(0, ITEM_LENGTH));
      }
      if (!INLINE.has(element.name)) text.push(" ");
    },
    text: (data) => void (toolDepth === 0 && text.push(data)),
  });
  links.delete(own);
  const whole = fold(text.join(""));
  return {
    url: document.url,
    title: wordsOf(document.title),
    links,
    words: wordsOf(whole),
    numbers: new Set(whole.match(NUMBER)?.map((number) => number.replace(/[.,:/-]+$/, ""))),
    amounts: new Set(whole.match(AMOUNT)?.map((amount) => amount.replace(/\s/g, "").replace(/[.,]+$/, ""))),
    items: items.filter((item) => item !== ""),
    forms: new Set(document.forms.flatMap((form) => formKey(form) ?? [])),
    text: whole,
  };
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
