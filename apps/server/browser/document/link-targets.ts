/** Where the elements of a page lead and what they show, as the page writes it. */
import { mediaTypeOf } from "../../core/media-type.ts";
import type { Tag } from "./tree.ts";

export interface LinkTarget {
  readonly address: string;
  /** What the page says a click would save it as; empty: saved under its own name; null: a click opens it. */
  readonly download: string | null;
  /** Shown in the page, as pictures are; nobody clicks it. */
  readonly embedded: boolean;
  /** The page asks not to be taken as recommending it. */
  readonly nofollow: boolean;
}

const LINKING: Readonly<Record<string, string>> = { a: "href", area: "href", iframe: "src", frame: "src" };
const SHOWING: Readonly<Record<string, readonly string[]>> = {
  img: ["src"],
  source: ["src"],
  video: ["src", "poster"],
  audio: ["src"],
  track: ["src"],
  embed: ["src"],
  object: ["data"],
};
const PAGE = /^\s*(?:text\/html|application\/xhtml\+xml)\b/i;
/** An address without blanks, what it is for, and the comma behind it. */
const CANDIDATE = /\s*,*\s*([^\s,]\S*[^\s,]|[^\s,])(?:\s+[^,]*)?(?:,|$)/g;
const NEIGHBOUR = /(?:^|\s)(?:next|prev(?:ious)?)(?:\s|$)/i;
const NOFOLLOW = /(?:^|\s)nofollow(?:\s|$)/i;

/** Null for what leads nowhere. */
export function linkTarget({ name, attribs }: Tag): LinkTarget | null {
  const attribute = LINKING[name];
  const address = (attribute === undefined ? undefined : attribs[attribute]) ?? otherAddress({ name, attribs });
  if (address === undefined) return null;
  const nofollow = attribs.rel !== undefined && NOFOLLOW.test(attribs.rel);
  return { address, download: attribs.download ?? null, embedded: false, nofollow };
}

/**
 * The page before or after this one, where the page names it in its head: archives may name it nowhere else, or only in buttons that
 * scripts work on. As in Heritrix and wget.
 */
export function neighbourTarget({ name, attribs }: Tag): LinkTarget | null {
  if (name !== "link" || attribs.href === undefined || !NEIGHBOUR.test(attribs.rel ?? "")) return null;
  if (attribs.type !== undefined && !PAGE.test(attribs.type)) return null;
  return { address: attribs.href, download: null, embedded: false, nofollow: false };
}

/** Links of drawings, as they were written before 2018; and pages shown by elements that mostly show something else. */
function otherAddress({ name, attribs }: Tag): string | undefined {
  if (name === "a") return attribs["xlink:href"];
  const address = name === "object" ? attribs.data : name === "embed" ? attribs.src : undefined;
  return address !== undefined && PAGE.test(attribs.type ?? mediaTypeOf(address.replace(/[?#].*$/, "")))
    ? address
    : undefined;
}

/** Pictures, films and sounds that an element shows, in every size it offers. */
export function shownBy({ name, attribs }: Tag): readonly LinkTarget[] {
  const attributes = SHOWING[name];
  if (attributes === undefined) return [];
  const plain = attributes.flatMap((attribute) => attribs[attribute] ?? []);
  const sizes = attribs.srcset === undefined ? [] : [...attribs.srcset.matchAll(CANDIDATE)].map(([, url]) => url ?? "");
  return [...plain, ...sizes].map((address) => ({ address, download: null, embedded: true, nofollow: false }));
}
