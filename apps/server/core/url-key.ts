/**
 * When two URLs name the same page. Subtasks whose key is a URL are compared by this rule: as the WHATWG URL standard writes it
 * (lower-case host, no default port, dots resolved), without fragment, tracking parameters and session ids, query sorted by name.
 */

/** Parameters that tell where a visitor came from and never change the page. */
const TRACKING =
  /^(utm_[a-z_]+|gclid|gbraid|wbraid|dclid|fbclid|msclkid|yclid|twclid|ttclid|igshid|mc_cid|mc_eid|_hsenc|_hsmi|mkt_tok|vero_id|oly_enc_id|oly_anon_id)$/i;

/** Parameters that tell who is visiting, whatever their value: what Heritrix's canonicalization rules strip, and common shops. */
const SESSION =
  /^(jsessionid|phpsessid|aspsessionid[a-z]*|asp\.net_sessionid|sessionid|session_id|sessid|cfid|cftoken|oscsid|zenid|xtcsid|visitorid|visitor_id)$/i;
/** Parameters that do so when they look like a token, for they may as well name a story or a section. */
const MAYBE_SESSION = /^(sid|session|visitor|vid)$/i;
const TOKEN = /^(?=.*\d)(?:(?=.*[a-z])[\w-]{6,}|\d{10,})$/i;

/** `/shop;jsessionid=1A2B` and ASP.NET's `/(S(token))/shop`. */
const PATH_SESSION = /;(?:jsessionid|phpsessid|sid)=[^;/?]*/gi;
const ASP_PATH_SESSION = /\/\((?:[A-Z]\([^()/]*\))+\)(?=\/|$)/gi;

/** The normal form of an http(s) URL; any other text is its own key. */
export function urlKey(text: string): string {
  if (!/^https?:/i.test(text) || !URL.canParse(text)) return text;
  const url = new URL(text);
  url.hash = "";
  if (/[;(]/.test(url.pathname)) url.pathname = url.pathname.replace(PATH_SESSION, "").replace(ASP_PATH_SESSION, "");
  const kept = [...url.searchParams].filter(([name, value]) => !isVisitors(name, value));
  // A query that needs nothing taken away and is in order stays as it was written: its exact bytes may matter to the server.
  if (kept.length !== url.searchParams.size || !isSorted(kept)) {
    kept.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    url.search = new URLSearchParams(kept).toString();
  }
  if (kept.length === 0) url.search = "";
  return url.href;
}

function isVisitors(name: string, value: string): boolean {
  return TRACKING.test(name) || SESSION.test(name) || (MAYBE_SESSION.test(name) && TOKEN.test(value));
}

function isSorted(pairs: readonly (readonly [string, string])[]): boolean {
  return pairs.every(([name], at) => at === 0 || (pairs[at - 1]?.[0] ?? "") <= name);
}
