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
  const ours = groups.filter((group) => group.agents.has(agent.toLowerCase()));
  const chosen = ours.length > 0 ? ours : groups.filter((group) => group.agents.has("*"));
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
  readonly agents: Set<string>;
  readonly rules: Rule[];
  crawlDelay: number | null;
}

function readGroups(text: string): { readonly groups: readonly Group[]; readonly sitemaps: readonly string[] } {
  const groups: Group[] = [];
  const sitemaps: string[] = [];
  let group: Group | null = null;
  let naming = false;
  for (const [field, value] of fields(text)) {
    if (field === "sitemap" && value !== "") sitemaps.push(value);
    if (field === "user-agent") {
      if (!group || !naming) {
        group = { agents: new Set(), rules: [], crawlDelay: null };
        groups.push(group);
      }
      group.agents.add(tokenOf(value));
      naming = true;
    } else if (group && (field === "allow" || field === "disallow" || field === "crawl-delay")) {
      naming = false;
      if (field === "crawl-delay") group.crawlDelay = secondsOf(value) ?? group.crawlDelay;
      // An empty pattern forbids and allows nothing.
      else if (value !== "") group.rules.push(ruleOf(field === "allow", value));
    }
  }
  return { groups, sitemaps };
}

/** The colon forgotten: what is meant is plain, so a polite reader obeys, as Google's parser does. */
const BARE_LINE = /^(user-agent|allow|disallow)\s+([^\s:]+)$/i;

function* fields(text: string): Generator<readonly [string, string]> {
  for (const line of text.replace(/^\ufeff/, "").split(/\r\n|\r|\n/)) {
    const content = line.split("#", 1)[0] ?? "";
    const colon = content.indexOf(":");
    if (colon > 0) yield [content.slice(0, colon).trim().toLowerCase(), content.slice(colon + 1).trim()];
    const [, name, value] = BARE_LINE.exec(content.trim()) ?? [];
    if (name && value) yield [name.toLowerCase(), value];
  }
}

/** `Ultravisor/1.0 (beta)` names the product `ultravisor`. */
function tokenOf(value: string): string {
  return value.startsWith("*") ? "*" : (/^[a-z_-]+/i.exec(value)?.[0].toLowerCase() ?? "");
}

function secondsOf(value: string): number | null {
  return /^\d+(?:\.\d+)?$/.test(value) ? Number(value) * 1000 : null;
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

/** One spelling for what means the same: unreserved signs plain, all else as `%XX` in capitals. */
function normalPath(path: string): string {
  return path
    .replace(/[^\x21-\x7e]+/g, (signs) => encodeURIComponent(signs.toWellFormed()))
    .replace(/%([0-9a-f]{2})/gi, (escaped, code: string) => {
      const sign = String.fromCharCode(Number.parseInt(code, 16));
      return /[\w.~-]/.test(sign) ? sign : escaped.toUpperCase();
    });
}

/** The two signs that mean something else in a pattern, as a pattern writes them when it means the signs themselves. */
function literal(path: string): string {
  return path.replaceAll("*", "%2A").replaceAll("$", "%24");
}
