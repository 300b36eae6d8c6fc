/**
 * Where each address lies in a mirror, as `wget -E -k -p` does it: `host/folder/page.html`. No two addresses share a path, on file systems
 * that tell case apart and on those that do not, and every name is one that Linux, macOS and Windows accept.
 */
import { createHash } from "node:crypto";
import { endingOfType, mediaTypeOf } from "../core/media-type.ts";

export interface Placed {
  readonly url: string;
  /** Media type. */
  readonly type: string;
}

/** A name of 255 bytes is the limit everywhere; Windows counts the whole path. */
const MAX_NAME = 100;
const RESERVED = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?:\.|$)/i;

/** Address → path with `/`. The same addresses in the same order give the same paths. */
export function mapPaths(items: Iterable<Placed>): ReadonlyMap<string, string> {
  const wanted = [...items].map((item) => ({ url: item.url, parts: partsOf(item) }));
  // A folder wins over a file of its name: it is part of many paths, the file's name only of one.
  const folders = new Set<string>();
  for (const { parts } of wanted)
    for (let depth = 1; depth < parts.length; depth++) folders.add(fold(parts.slice(0, depth)));
  const taken = new Set<string>();
  const paths = new Map<string, string>();
  for (const { url, parts } of wanted) {
    if (paths.has(url)) continue;
    const key = fold(parts);
    const free = taken.has(key) || folders.has(key) ? marked(parts, url) : parts;
    taken.add(fold(free));
    paths.set(url, free.join("/"));
  }
  return paths;
}

/** From one file of the mirror to another, as a relative address. */
export function relativeLink(from: string, to: string): string {
  const [here, there] = [from.split("/").slice(0, -1), to.split("/")];
  let common = 0;
  while (common < here.length && common < there.length - 1 && here[common] === there[common]) common++;
  const parts = [...here.slice(common).map(() => ".."), ...there.slice(common).map(encodePart)];
  // A first part with a colon would be read as a scheme.
  return parts[0]?.includes(":") ? `./${parts.join("/")}` : parts.join("/");
}

function partsOf({ url, type }: Placed): string[] {
  const { hostname, port, pathname, search } = new URL(url);
  const host = safePart(`${hostname.replace(/^\[|\]$/g, "")}${port === "" ? "" : `+${port}`}`);
  const segments = pathname.split("/").slice(1);
  const folders = segments.slice(0, -1).map(safePart);
  const last = segments.at(-1) || "index";
  return [host, ...folders, fileName(last, search, type)];
}

/** The name ends as its type wants, so that a browser opens it as what it is. */
function fileName(last: string, search: string, type: string): string {
  const dot = last.lastIndexOf(".");
  const [stem, ending] = dot > 0 ? [last.slice(0, dot), last.slice(dot)] : [last, ""];
  const query = search === "" ? "" : `@${search.slice(1)}`;
  const right = endingOfType(type);
  if (right === null || mediaTypeOf(last) === type) return shortened(`${stem}${query}`, ending, search);
  const isKnown = ending !== "" && mediaTypeOf(last) !== "application/octet-stream";
  // A page.php that is HTML is called page.php.html; a wrong ending of another known type is kept too, but does not decide.
  return shortened(
    isKnown || /^\.\w{1,5}$/.test(ending) ? `${last}${query}` : `${stem}${ending}${query}`,
    `.${right}`,
    search,
  );
}

function shortened(stem: string, ending: string, search: string): string {
  const [plain, safeEnding] = [safePart(decoded(stem)), safePart(ending.slice(1))];
  const name = ending === "" ? plain : `${plain}.${safeEnding}`;
  if (Buffer.byteLength(name) <= MAX_NAME) return name;
  return safePart(`${cut(plain, 60)}~${digest(stem + search)}${ending === "" ? "" : `.${safeEnding}`}`);
}

function safePart(text: string): string {
  const plain = decoded(text)
    .normalize("NFC")
    .replace(/[<>:"/\\|?*\p{Cc}\p{Cf}\p{Cs}]/gu, "_")
    .replace(/[. ]+$/, (end) => "_".repeat(end.length))
    .replace(/^\.+/, (start) => "_".repeat(start.length));
  const named = plain === "" ? "_" : RESERVED.test(plain) ? `_${plain}` : plain;
  return Buffer.byteLength(named) <= MAX_NAME ? named : `${cut(named, 60)}~${digest(text)}`;
}

function marked(parts: readonly string[], url: string): string[] {
  const last = parts.at(-1) ?? "";
  const dot = last.lastIndexOf(".");
  const [stem, ending] = dot > 0 ? [last.slice(0, dot), last.slice(dot)] : [last, ""];
  return [...parts.slice(0, -1), `${cut(stem, 60)}~${digest(url)}${ending}`];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function cut(text: string, bytes: number): string {
  let result = "";
  for (const character of text) {
    if (Buffer.byteLength(result + character) > bytes) break;
    result += character;
  }
  return result;
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 10);
}

function fold(parts: readonly string[]): string {
  return parts.join("/").toLowerCase().normalize("NFC");
}

function encodePart(part: string): string {
  return encodeURIComponent(part)
    .replaceAll("%40", "@")
    .replaceAll("%2B", "+")
    .replaceAll("%3D", "=")
    .replaceAll("%26", "&");
}
