/**
 * When two URLs name the same page. Subtasks whose key is a URL are compared by this rule: as the WHATWG URL standard writes it
 * (lower-case host, no default port, dots resolved), escapes written in one way (RFC 3986, 6.2.2), without fragment, tracking
 * parameters and session ids, query sorted by name and value.
 */

import { memo } from "./memo.ts";

/** Parameters that tell where a visitor came from and never change the page: what browsers strip that strip any. */
const TRACKING = new Set(
  `gclid gclsrc gbraid wbraid dclid gad_source gad_campaignid srsltid _ga _gl fbclid fb_action_ids fb_action_types fb_source fb_ref
  msclkid yclid ysclid ymclid _openstat twclid ttclid li_fat_id igsh igshid epik rb_clickid irclickid sscid s_cid s_kwcid ef_id wickedid
  mc_cid mc_eid _hsenc _hsmi __hssc __hstc __hsfp hsctatracking mkt_tok vero_id vero_conv oly_enc_id oly_anon_id ml_subscriber
  ml_subscriber_hash ss_email_id unicorn_click_id`.split(/\s+/),
);
const CAMPAIGN = /^(?:utm_[a-z_]+|(?:mtm|pk)_(?:campaign|keyword|kwd|source|medium|content|cid|group|placement))$/;

/** Parameters that tell who is visiting, whatever their value: what Heritrix's canonicalization rules strip, and common shops. */
const SESSION =
  /^(jsessionid|phpsessid|aspsessionid[a-z]*|asp\.net_sessionid|sessionid|session_id|sessid|cfid|cftoken|oscsid|zenid|xtcsid|visitorid|visitor_id)$/;
/** Parameters that do so when they look like a token, for they may as well name a story or a section. */
const MAYBE_SESSION = /^(sid|session|visitor|vid)$/;
const TOKEN = /^(?=.*\d)(?:(?=.*[a-z])[\w-]{6,}|\d{10,})$/i;

/** `/shop;jsessionid=1A2B` and ASP.NET's `/(S(token))/shop`. */
const PATH_SESSION = /;(?:jsessionid|phpsessid|sid)=[^;/?]*/gi;
const ASP_PATH_SESSION = /\/\((?:[A-Z]\([^()/]*\))+\)(?=\/|$)/gi;

/** What stands for itself whether it was escaped or not: all but the signs that divide a path, or a query. */
const PLAIN_IN_PATH = /[\w.~!$&'()*+,:=@[\]|-]/;
const PLAIN_IN_NAME = /[\w.~!$()*,/:;?@[\\\]^`{|}-]/;
const PLAIN_IN_VALUE = /[\w.~!$()*,/:;=?@[\\\]^`{|}-]/;

/** The normal form of an http(s) URL; any other text is its own key. */
export const urlKey: (text: string) => string = memo(normalForm);

function normalForm(text: string): string {
  const url = /^\s*https?:/i.test(text) ? URL.parse(text) : null;
  if (url === null) return text;
  // What is set is written and parsed again: a crawl asks for every link of every page.
  if (url.href.includes("#")) url.hash = "";
  if (url.hostname.endsWith(".")) url.hostname = url.hostname.slice(0, -1);
  if (/[;(]/.test(url.pathname)) url.pathname = url.pathname.replace(PATH_SESSION, "").replace(ASP_PATH_SESSION, "");
  if (url.pathname.includes("%")) url.pathname = normalEscapes(url.pathname, PLAIN_IN_PATH);
  if (!url.href.includes("?")) return url.href;
  const pairs = url.search.slice(1).split("&").filter(Boolean).map(normalPair);
  const kept = pairs.filter(([name, value]) => !isVisitors(name, value)).sort(byNameAndValue);
  url.search = kept.map((pair) => pair.join("=")).join("&");
  return url.href;
}

type Pair = readonly [name: string, value: string];

function normalPair(pair: string): Pair {
  const at = pair.indexOf("=");
  const [name, value] = at === -1 ? [pair, ""] : [pair.slice(0, at), pair.slice(at + 1)];
  return [normalEscapes(name, PLAIN_IN_NAME), normalEscapes(value, PLAIN_IN_VALUE)];
}

/** Byte for byte: what is no UTF-8 must stay what it is, or other pages of an old site would share a key. */
function normalEscapes(text: string, plain: RegExp): string {
  if (!text.includes("%")) return text;
  return text.replace(/%([0-9a-f]{2})?/gi, (escaped, code: string | undefined) => {
    if (code === undefined) return "%25";
    const sign = String.fromCharCode(Number.parseInt(code, 16));
    if (plain.test(sign)) return sign;
    return sign === " " && plain !== PLAIN_IN_PATH ? "+" : escaped.toUpperCase();
  });
}

function isVisitors(name: string, value: string): boolean {
  const lower = name.toLowerCase();
  if (TRACKING.has(lower) || CAMPAIGN.test(lower) || SESSION.test(lower)) return true;
  return MAYBE_SESSION.test(lower) && TOKEN.test(value);
}

function byNameAndValue([a, x]: Pair, [b, y]: Pair): number {
  if (a !== b) return a < b ? -1 : 1;
  return x < y ? -1 : x > y ? 1 : 0;
}
