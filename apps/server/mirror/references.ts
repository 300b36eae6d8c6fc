/** Which attributes of HTML hold addresses, and what for. */

/** `need`: loaded to show the page; `link`: where it leads. */
export type Purpose = "need" | "link";

/** Several addresses in one attribute. */
export type Form = "one" | "srcset" | "style" | "refresh";

export interface Reference {
  readonly purpose: Purpose;
  readonly form: Form;
}

const NEED: Reference = { purpose: "need", form: "one" };
const NEEDS: Reference = { purpose: "need", form: "srcset" };
const LINK: Reference = { purpose: "link", form: "one" };

const BY_TAG: Readonly<Record<string, Readonly<Record<string, Reference>>>> = {
  a: { href: LINK, "xlink:href": LINK },
  area: { href: LINK },
  audio: { src: NEED },
  button: { formaction: LINK },
  embed: { src: NEED },
  feimage: { href: NEED, "xlink:href": NEED },
  form: { action: LINK },
  frame: { src: NEED },
  iframe: { src: NEED, "data-src": NEED },
  image: { href: NEED, "xlink:href": NEED },
  img: { src: NEED, srcset: NEEDS, "data-src": NEED, "data-srcset": NEEDS, "data-original": NEED, longdesc: LINK },
  input: { src: NEED, formaction: LINK },
  link: { imagesrcset: NEEDS },
  object: { data: NEED },
  script: { src: NEED, href: NEED, "xlink:href": NEED },
  source: { src: NEED, srcset: NEEDS, "data-src": NEED, "data-srcset": NEEDS },
  track: { src: NEED },
  use: { href: NEED, "xlink:href": NEED },
  video: { src: NEED, poster: NEED, "data-src": NEED },
};

const NEEDED_RELATIONS = new Set(
  "stylesheet icon apple-touch-icon apple-touch-icon-precomposed mask-icon preload modulepreload manifest".split(" "),
);
/** Links that make a browser ask another host before anybody clicks. */
const HASTY_RELATIONS = new Set("preconnect dns-prefetch prefetch prerender".split(" "));

/** What an attribute refers to; null: nothing. */
export function referenceOf(tag: string, name: string, attributes: Readonly<Record<string, string>>): Reference | null {
  if (name === "style") return { purpose: "need", form: "style" };
  if (name === "background") return NEED;
  if (tag === "link" && name === "href")
    return relations(attributes).some((word) => NEEDED_RELATIONS.has(word)) ? NEED : LINK;
  if (tag === "meta" && name === "content" && isRefresh(attributes)) return { purpose: "link", form: "refresh" };
  return BY_TAG[tag.toLowerCase()]?.[name] ?? null;
}

export function isHasty(attributes: Readonly<Record<string, string>>): boolean {
  return relations(attributes).some((word) => HASTY_RELATIONS.has(word));
}

export function isRefresh({ "http-equiv": header = "" }: Readonly<Record<string, string>>): boolean {
  return header.trim().toLowerCase() === "refresh";
}

/** The parts of a `srcset`: an address, and what is said of it. */
export function partsOfSrcset(text: string): { readonly url: string; readonly rest: string }[] {
  // An address ends at white space, and a comma at its end belongs to the list.
  return [...text.matchAll(/[\s,]*([^\s,](?:\S*[^\s,])?)(,|\s+[^,()]*(?:\([^)]*\)[^,()]*)*)?/g)].map(
    ([, url = "", rest = ""]) => ({
      url,
      rest: rest === "," ? "" : rest.trim(),
    }),
  );
}

/** The address in the content of a refresh, with what stands before it. */
export function partsOfRefresh(text: string): { readonly before: string; readonly url: string } | null {
  const match = /^(\s*[\d.]+\s*[;,]?\s*(?:url\s*=\s*)?)["']?([^"']+?)["']?\s*$/i.exec(text);
  return match && !/^[\d.\s;,]*$/.test(text)
    ? { before: `${/^\s*[\d.]+/.exec(match[1] ?? "")?.[0] ?? "0"};url=`, url: match[2] ?? "" }
    : null;
}

function relations({ rel = "" }: Readonly<Record<string, string>>): string[] {
  return rel.toLowerCase().split(/\s+/);
}
