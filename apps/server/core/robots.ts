/** robots.txt by RFC 9309: which paths of an origin a crawler may ask for, and what else such a file says. */

export interface Robots {
  /** Whether a path with its query may be asked for. */
  allows(path: string): boolean;
  /** Milliseconds between two requests that the file asks for, or null. */
  readonly crawlDelay: number | null;
  /** Addresses as written. */
  readonly sitemaps: readonly string[];
}

/** What there is to read of a file; the rest is dropped, as the RFC allows. */
export const ROBOTS_MAX_BYTES = 500 * 1024;

/** No file, or one that says nothing. */
export const EVERYTHING_ALLOWED: Robots = { allows: () => true, crawlDelay: null, sitemaps: [] };

/** @param agent our product token: letters, `-` and `_` */
export function parseRobots(text: string, agent: string): Robots {
  const { groups, sitemaps } = readGroups(text);
  const us = agent.toLowerCase();
  const ours = groups.filter((group) => group.names.some((name) => isOf(name, us)));
  const chosen = ours.length > 0 ? ours : groups.filter((group) => group.names.includes("*"));
  const rules = chosen.flatMap((group) => group.rules);
  const delays = chosen.flatMap((group) => (group.crawlDelay === null ? [] : [group.crawlDelay]));
  return {
    allows: (path) => path === "/robots.txt" || isAllowed(rules, literal(normalPath(path))),
    crawlDelay: delays.length === 0 ? null : Math.max(...delays),
    sitemaps,
  };
}

interface Rule {
  readonly allow: boolean;
  /** The pattern between its stars. */
  readonly parts: readonly string[];
  readonly anchored: boolean;
  /** The longer pattern wins. */
  readonly length: number;
}

interface Group {
  /** Whom it speaks to, in lower case, as written. */
  readonly names: string[];
  readonly rules: Rule[];
  crawlDelay: number | null;
}

/**
 * A Crawl-delay ends the list of names above it, as a rule does; so it is for Scrapy and Crawlee. By the letter of the RFC (2.2.4) it
 * would not, and a delay for all, followed by `Disallow: /` for one crawler, would close a site to all.
 */
function readGroups(text: string): { readonly groups: readonly Group[]; readonly sitemaps: readonly string[] } {
  const groups: Group[] = [];
  const sitemaps: string[] = [];
  let group: Group | null = null;
  let naming = false;
  for (const [field, value] of fields(text)) {
    if (field === "sitemap" && value !== "") sitemaps.push(value);
    if (field === "user-agent") {
      if (!group || !naming) {
        group = { names: [], rules: [], crawlDelay: null };
        groups.push(group);
      }
      group.names.push(...namesIn(value));
      naming = true;
    } else if (group && (field === "allow" || field === "disallow" || field === "crawl-delay")) {
      naming = false;
      if (field === "crawl-delay") group.crawlDelay = secondsOf(value) ?? group.crawlDelay;
      // An empty pattern forbids and allows nothing.
      else if (value !== "") group.rules.push(...rulesOf(field === "allow", value));
    }
  }
  return { groups, sitemaps };
}

/** What is written for a field often enough that Google's parser, and others, take it for what was meant. */
const MISSPELT: Readonly<Record<string, string>> = {
  useragent: "user-agent",
  "user agent": "user-agent",
  "user-agents": "user-agent",
  desallow: "disallow",
  diallow: "disallow",
  diasllow: "disallow",
  disallaw: "disallow",
  disallows: "disallow",
  disalow: "disallow",
  disllow: "disallow",
  dissallow: "disallow",
  dissalow: "disallow",
  dsallow: "disallow",
  "crawl delay": "crawl-delay",
  crawldelay: "crawl-delay",
  "site-map": "sitemap",
  sitemaps: "sitemap",
};

/** The colon forgotten: what is meant is plain, so a polite reader obeys, as Google's parser does. */
const BARE_LINE = /^(user[ -]?agent|allow|d[a-z]*al+[ao]w|crawl[ -]?delay)\s+([^\s:]+)$/i;

function* fields(text: string): Generator<readonly [string, string]> {
  // Half of a byte order mark cannot be read, and is one all the same.
  for (const line of text.replace(/^[\ufeff\ufffd]/, "").split(/\r\n|\r|\n/)) {
    const content = line.split("#", 1)[0] ?? "";
    const colon = content.indexOf(":");
    if (colon > 0) yield [fieldOf(content.slice(0, colon)), content.slice(colon + 1).trim()];
    const [, name, value] = BARE_LINE.exec(content.trim()) ?? [];
    if (name && value) yield [fieldOf(name), value];
  }
}

function fieldOf(written: string): string {
  const name = written.trim().toLowerCase();
  return MISSPELT[name] ?? name;
}

/** `Ultravisor/1.0 (beta)` and `Otherbot, Ultravisor` name us, too. */
function namesIn(value: string): string[] {
  return value
    .toLowerCase()
    .split(",")
    .map((name) => name.trim().split(/\s/, 1)[0] ?? "");
}

/** A product token ends where its letters, `-` and `_` end. */
function isOf(name: string, agent: string): boolean {
  return name.startsWith(agent) && !/^[a-z_-]/.test(name.slice(agent.length));
}

function secondsOf(value: string): number | null {
  return /^(?:\d+\.?\d*|\.\d+)$/.test(value) ? Number(value) * 1000 : null;
}

/** A pattern that begins with neither `/` nor `*` is no pattern by the RFC; what is meant is plain. */
function rulesOf(allow: boolean, written: string): Rule[] {
  const pattern = /^[/*]/.test(written) ? written : `/${written}`;
  const rule = ruleOf(allow, pattern);
  // Who allows the index of a folder allows the folder, which is another address of the same page.
  const folder = allow ? /^(.*\/)index\.html?$/.exec(pattern)?.[1] : undefined;
  return folder === undefined ? [rule] : [rule, ruleOf(true, `${folder}$`)];
}

function ruleOf(allow: boolean, pattern: string): Rule {
  const anchored = pattern.endsWith("$");
  const path = normalPath(anchored ? pattern.slice(0, -1) : pattern);
  return { allow, parts: path.split("*").map(literal), anchored, length: path.length + (anchored ? 1 : 0) };
}

/** The longest pattern that fits decides; of two as long, the one that allows. */
function isAllowed(rules: readonly Rule[], path: string): boolean {
  let best: Rule | null = null;
  for (const rule of rules) {
    const better = !best || rule.length > best.length || (rule.length === best.length && rule.allow);
    if (better && fits(rule, path)) best = rule;
  }
  return best?.allow ?? true;
}

/** Part after part, each at its first place: no pattern makes this slow, as an expression could be. */
function fits({ parts, anchored }: Rule, path: string): boolean {
  const [first = "", ...rest] = parts;
  if (!path.startsWith(first)) return false;
  let at = first.length;
  const last = anchored ? rest.pop() : undefined;
  for (const part of rest) {
    const found = path.indexOf(part, at);
    if (found === -1) return false;
    at = found + part.length;
  }
  if (!anchored) return true;
  return last === undefined ? at === path.length : path.length - last.length >= at && path.endsWith(last);
}

/** Neither reserved nor unreserved in a URL (RFC 3986), nor an escape: only ever sent as `%XX`. */
const NEVER_PLAIN = /[^\w.~:/?#[\]@!$&'()*+,;=%-]+/g;

/** One spelling for what means the same: unreserved signs plain, reserved ones as written, all else as `%XX` in capitals. */
function normalPath(path: string): string {
  return path
    .replace(NEVER_PLAIN, (signs) => encodeURIComponent(signs.toWellFormed()))
    .replace(/%([0-9a-f]{2})/gi, (escaped, code: string) => {
      const sign = String.fromCharCode(Number.parseInt(code, 16));
      return /[\w.~-]/.test(sign) ? sign : escaped.toUpperCase();
    });
}

/** The two signs that mean something else in a pattern, as a pattern writes them when it means the signs themselves. */
function literal(path: string): string {
  return path.replaceAll("*", "%2A").replaceAll("$", "%24");
}
