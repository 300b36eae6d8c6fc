/** What scripts of a page could work on: where something may be put in, what has a behaviour, how the page is laid out. */
import { scan } from "../document/scan.ts";
import { isDead, type Tag } from "../document/tree.ts";

/** Where scripts put what they make, as long as there is nothing in it. */
const CONTAINERS = new Set(
  "article aside canvas dl div footer form header main nav ol output section select table tbody ul".split(" "),
);
/** May hold a word or a price; here an empty one is a place to fill only when something else than an id says so. */
const HOLDERS = new Set("b dd dt em h1 h2 h3 h4 h5 h6 label li p small span strong td th time".split(" "));
const LANDMARKS = new Set("article aside footer form header main nav section".split(" "));
/** Attributes by which frameworks find the elements that they bring to life. */
const BEHAVIOUR =
  /^(?:x-|v-|ng-|hx-|@|:|wire:|data-(?:api|bind|component|controller|endpoint|feed|fetch|hydrate|island|load|module|ng|react|source|src|url|vue))/;
const PLACEHOLDER = /^(?:loading\b.{0,20}|please wait\b.{0,20}|[\s.…–—-]*)$/i;
const MAX_FEATURES = 200;

/** In order of their names; numbers and hashes are left out. */
export function featuresOf(html: string): readonly string[] {
  const reading = new Reading();
  scan(html, reading);
  return [...reading.features].sort();
}

class Reading {
  readonly features = new Set<string>();
  /** Every open element, while nothing is in it. */
  readonly #empty: (Tag | null)[] = [];
  readonly #landmarks: string[] = [];
  /** Depth of the outermost element that holds nothing to work on, or 0. */
  #skipped = 0;

  open(tag: Tag, depth: number): void {
    this.#fill();
    this.#empty.push(this.#skipped === 0 ? tag : null);
    if (this.#skipped !== 0) return;
    if (LANDMARKS.has(tag.name)) {
      this.#landmarks.push(tag.name);
      this.#add(this.#landmarks.join(">"));
    }
    if (tag.name.includes("-")) this.#add(tag.name);
    for (const attribute in tag.attribs) if (BEHAVIOUR.test(attribute)) this.#add(`[${attribute}]`);
    if (isDead(tag) || tag.name === "svg") this.#skipped = depth;
  }

  text(data: string): void {
    if (this.#empty.at(-1) && !PLACEHOLDER.test(data)) this.#fill();
  }

  close(name: string, depth: number): void {
    const tag = this.#empty.pop();
    const place = tag ? placeIn(tag) : null;
    if (place !== null) this.#add(place);
    if (this.#skipped === depth) this.#skipped = 0;
    if (this.#skipped === 0 && this.#landmarks.at(-1) === name) this.#landmarks.pop();
  }

  #fill(): void {
    const last = this.#empty.length - 1;
    if (last >= 0) this.#empty[last] = null;
  }

  #add(feature: string): void {
    if (this.features.size < MAX_FEATURES) this.features.add(feature);
  }
}

/** What an element is called, if scripts may fill it while it is empty. */
function placeIn({ name, attribs }: Tag): string | null {
  const isContainer = CONTAINERS.has(name);
  if (!(isContainer || HOLDERS.has(name))) return null;
  const id = attribs.id === undefined ? "" : `#${isContainer ? plain(attribs.id) : ""}`;
  const classes = attribs.class === undefined ? "" : `.${plain(attribs.class)}`;
  const data = Object.keys(attribs).filter((attribute) => attribute.startsWith("data-"));
  return id + classes === "" && data.length === 0 && name !== "main"
    ? null
    : `${name}${id}${classes}[${data.join(" ")}]`;
}

/** Without digits, and without words that look like hashes. */
export function plain(text: string): string {
  return text
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => !(word.length >= 6 && /\d/.test(word) && /\p{L}/u.test(word)))
    .map((word) => word.replace(/\d+/g, ""))
    .filter((word) => word !== "")
    .join("-");
}
