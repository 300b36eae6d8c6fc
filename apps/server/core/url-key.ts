/**
 * When two URLs name the same page. Subtasks whose key is a URL are compared by this rule: as the WHATWG URL standard writes it
 * (lower-case host, no default port, dots resolved), without fragment, without tracking parameters, query sorted by name.
 */

/** Parameters that tell where a visitor came from and never change the page. */
const TRACKING =
  /^(utm_[a-z_]+|gclid|gbraid|wbraid|dclid|fbclid|msclkid|yclid|twclid|ttclid|igshid|mc_cid|mc_eid|_hsenc|_hsmi|mkt_tok|vero_id|oly_enc_id|oly_anon_id)$/i;

/** The normal form of an http(s) URL; any other text is its own key. */
export function urlKey(text: string): string {
  if (!/^https?:/i.test(text) || !URL.canParse(text)) return text;
  const url = new URL(text);
  url.hash = "";
  const kept = [...url.searchParams].filter(([name]) => !TRACKING.test(name));
  // A query that needs nothing taken away and is in order stays as it was written: its exact bytes may matter to the server.
  if (kept.length !== url.searchParams.size || !isSorted(kept)) {
    kept.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    url.search = new URLSearchParams(kept).toString();
  }
  if (kept.length === 0) url.search = "";
  return url.href;
}

function isSorted(pairs: readonly (readonly [string, string])[]): boolean {
  return pairs.every(([name], at) => at === 0 || (pairs[at - 1]?.[0] ?? "") <= name);
}
