/** Which links of a page a task asked for: scope, files or pages, include and exclude. */
import { getDomain } from "tldts";
import type { LinkOptions } from "../../../sdk/context.ts";
import type { ScopePattern, ScopeRule } from "../../core/landing.ts";
import { isFileLink, isPageLink, type Link } from "./links.ts";

/** Whether an address belongs to what a rule describes. */
export function isInScope(rule: ScopeRule, address: string): boolean {
  const url = URL.parse(address);
  if (url === null || !scope(rule.scope, new URL(rule.of))(url)) return false;
  const included = anyOf(rule.include?.map(toPattern), true);
  const excluded = anyOf(rule.exclude?.map(toPattern), false);
  return included(url.href) && !excluded(url.href);
}

/** What is to be remembered of the options that links were asked for with; null: anything goes. */
export function scopeRule(pageUrl: string, { scope = "any", include, exclude }: LinkOptions): ScopeRule | null {
  const [included, excluded] = [[include ?? []].flat(), [exclude ?? []].flat()];
  if (scope === "any" && included.length === 0 && excluded.length === 0) return null;
  return {
    scope,
    of: new URL(pageUrl).origin,
    ...(included.length === 0 ? {} : { include: included.map(fromPattern) }),
    ...(excluded.length === 0 ? {} : { exclude: excluded.map(fromPattern) }),
  };
}

function toPattern(pattern: ScopePattern): string | RegExp {
  return typeof pattern === "string" ? pattern : new RegExp(pattern.source, pattern.flags);
}

function fromPattern(pattern: string | RegExp): ScopePattern {
  return typeof pattern === "string" ? pattern : { source: pattern.source, flags: pattern.flags };
}

type Patterns = LinkOptions["include"];

export function linkFilter(pageUrl: string, options: LinkOptions): (link: Link) => boolean {
  const isWanted = wanted(options.files ?? false);
  const isInScope = scope(options.scope ?? "any", new URL(pageUrl));
  const included = anyOf(options.include, true);
  const excluded = anyOf(options.exclude, false);
  const takesAll = options.nofollow !== false;
  return (link) =>
    isWanted(link) &&
    (takesAll || !link.nofollow) &&
    isInScope(link.url) &&
    included(link.href) &&
    !excluded(link.href);
}

function wanted(files: boolean | string): (link: Link) => boolean {
  if (files === false) return isPageLink;
  const endings = files === true ? null : endingsOf(files);
  return (link) => isFileLink(link, endings);
}

/** `pdf, .ZIP tar.gz` → `["pdf", "zip", "tar.gz"]` */
function endingsOf(text: string): readonly string[] {
  return text
    .toLowerCase()
    .split(/[\s,;]+/)
    .map((ending) => ending.replace(/^[*.]+/, ""))
    .filter((ending) => ending !== "");
}

function scope(kind: NonNullable<LinkOptions["scope"]>, page: URL): (url: URL) => boolean {
  const host = hostOf(page);
  switch (kind) {
    case "any":
      return () => true;
    case "same-host":
      return (url) => hostOf(url) === host;
    case "same-origin":
      return (url) => url.protocol === page.protocol && hostOf(url) === host;
    case "same-domain": {
      const domain = domainOf(page);
      return (url) => domainOf(url) === domain;
    }
    default:
      throw new TypeError(
        `Expected scope "any", "same-host", "same-origin" or "same-domain", got ${JSON.stringify(kind)}.`,
      );
  }
}

/** A host is the same with the dot that ends its full name. */
function hostOf(url: URL): string {
  return url.host.replace(/\.(?=:|$)/, "");
}

/** The registrable domain; a host that has none, such as an IP address, stands for itself. */
function domainOf(url: URL): string {
  const name = url.hostname.replace(/\.$/, "");
  return getDomain(name, { allowPrivateDomains: true }) ?? name;
}

function anyOf(patterns: Patterns, whenNone: boolean): (href: string) => boolean {
  const list = [patterns ?? []].flat();
  if (list.length === 0) return () => whenNone;
  const expressions = list.map((pattern) => (typeof pattern === "string" ? globExpression(pattern) : pattern));
  // `search`, unlike `test`, starts anew each time even when an expression carries the flag g.
  return (href) => expressions.some((expression) => href.search(expression) !== -1);
}

/** What has a meaning in a glob; `/**` before a slash may stand for no part at all, as shells and bundlers have it. */
const GLOB = /\/\*\*(?=\/)|\*{2,}|\*|\{[^{}]*\}|[?@]\([^()]*\|[^()]*\)|[^*{/?@]+|[{/?@]/g;

/** `*` stands for anything within one part of a path, `**` for anything, `{a,b}` or `@(a|b)` for either, `?(a|b)` for either or none; every other sign for itself. */
function globExpression(glob: string): RegExp {
  return new RegExp(`^${globSource(glob)}$`);
}

function globSource(glob: string): string {
  return glob.replace(GLOB, (part) => {
    if (part === "/**") return "(?:/.*)?";
    if (part.startsWith("**")) return ".*";
    if (part === "*") return "[^/]*";
    if (part.length > 1 && part.startsWith("{")) return eitherOf(part.slice(1, -1).split(","));
    if (/^[?@]\(/.test(part)) return eitherOf(part.slice(2, -1).split("|")) + (part.startsWith("?") ? "?" : "");
    return part.replace(/[.+?^${}()|[\]\\]/g, "\\$&");
  });
}

function eitherOf(globs: readonly string[]): string {
  return `(?:${globs.map(globSource).join("|")})`;
}
