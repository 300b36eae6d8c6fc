/** Numbers and times as people read them. */

const UNITS: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
  ["second", 1000],
];

const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto", style: "short" });
const dateTime = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });
const date = new Intl.DateTimeFormat(undefined, { dateStyle: "medium" });
const clock = new Intl.DateTimeFormat(undefined, {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23",
});
const whole = new Intl.NumberFormat("en");

/** `3 min. ago`, `in 2 hr.`; a plain date when it is more than 30 days away. */
export function timeAgo(iso: string, now: number): string {
  const distance = Date.parse(iso) - now;
  if (Math.abs(distance) < 2000) return "now";
  if (Math.abs(distance) > 30 * 86_400_000) return date.format(new Date(iso));
  const [unit, size] = UNITS.find(([, milliseconds]) => Math.abs(distance) >= milliseconds) ?? ["second", 1000];
  return relative.format(Math.trunc(distance / size), unit);
}

/** Date and time to the second, in the viewer's own zone. */
export function absoluteTime(iso: string): string {
  return dateTime.format(new Date(iso));
}

/** `14:03:59` */
export function clockTime(iso: string): string {
  return clock.format(new Date(iso));
}

/** `420 ms`, `3.2 s`, `4 min 5 s`, `2 h 3 min`, `3 d 4 h` */
export function duration(milliseconds: number): string {
  const ms = Math.max(0, milliseconds);
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 10_000) return `${(Math.floor(ms / 100) / 10).toFixed(1)} s`;
  const seconds = Math.floor(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return pair(seconds, 60, "min", "s");
  if (seconds < 86_400) return pair(Math.floor(seconds / 60), 60, "h", "min");
  return pair(Math.floor(seconds / 3600), 24, "d", "h");
}

/** `0 B`, `812 B`, `14.2 kB`, `3.0 MB`; powers of 1000, as file managers do. */
export function bytes(count: number): string {
  if (count < 1000) return `${count} B`;
  const power = Math.min(4, Math.floor(Math.log10(count) / 3));
  return `${(count / 1000 ** power).toFixed(1)} ${["B", "kB", "MB", "GB", "TB"][power]}`;
}

/** `1,169` */
export function number(count: number): string {
  return whole.format(count);
}

/** `1 file`, `3 files` */
export function plural(count: number, noun: string): string {
  return `${number(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/** ` · 3 failed (tolerated)`, to follow other words; nothing where none failed. */
export function failedText(failed: number, tolerated: number): string {
  if (failed === 0) return "";
  const which = tolerated === failed ? "" : `${number(tolerated)} of them `;
  return ` · ${number(failed)} failed${tolerated === 0 ? "" : ` (${which}tolerated)`}`;
}

/** A word of the API (`upstream_failed`) as it stands in a sentence. */
export function words(name: string): string {
  return name.replaceAll("_", " ");
}

/** A key of a subtask: an address without its protocol, other keys as they are. */
export function shortKey(key: string): string {
  return key.replace(/^https?:\/\//, "");
}

/**
 * A key below another, as short as it stays clear: an address below the folder of `base` without that folder, another
 * address of the same host as its path.
 */
export function relativeKey(key: string, base: string): string {
  if (!URL.canParse(key) || !URL.canParse(base)) return shortKey(key);
  const [url, from] = [new URL(key), new URL(base)];
  if (url.origin !== from.origin) return shortKey(key);
  const path = `${url.pathname}${url.search}`;
  const folder = from.pathname.slice(0, from.pathname.lastIndexOf("/") + 1);
  return path.startsWith(folder) && path.length > folder.length ? path.slice(folder.length) : path;
}

/** An input in one line, addresses first because they tell most: `url http://… · depth 5`. */
export function gist(input: Readonly<Record<string, unknown>>): string {
  return Object.entries(input)
    .sort(([, a], [, b]) => Number(isAddress(b)) - Number(isAddress(a)))
    .map(([name, value]) => `${name} ${typeof value === "string" ? value : JSON.stringify(value)}`)
    .join(" · ")
    .slice(0, 200);
}

/** The address if it is safe to link to (http or https), else null. */
export function safeUrl(text: string): string | null {
  if (!/^https?:\/\//i.test(text) || /\s/.test(text)) return null;
  return URL.canParse(text) ? text : null;
}

function isAddress(value: unknown): boolean {
  return typeof value === "string" && safeUrl(value) !== null;
}

function pair(total: number, base: number, big: string, small: string): string {
  const rest = total % base;
  return `${Math.floor(total / base)} ${big}${rest === 0 ? "" : ` ${rest} ${small}`}`;
}
