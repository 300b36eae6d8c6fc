/**
 * Which template a page was made from: its host, the pattern of its address, the scripts it runs, and what these could work on.
 * Two pages of one template differ in what they say, so no number, hash or text counts. After the tag and attribute path
 * shingles of template detection, narrowed to what scripts can tell apart.
 */
import { hash } from "node:crypto";
import type { PageDocument } from "./document.ts";
import { type Element, isDead, walk } from "./tree.ts";

export interface Structure {
  /** Pages with the same scripts on the same origin: what these did to some of them, they may do to others. */
  readonly family: string;
  readonly template: string;
  /** For people: host and pattern of the address, such as `example.com/docs/*.html`. */
  readonly pattern: string;
  /** What scripts could go by: the pattern, where something may be put in, what has a behaviour, how the page is laid out. */
  readonly features: readonly string[];
}

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
/** Folders further down are as many as pages. */
const NAMED_FOLDERS = 2;

/** @param document an HTML page that has scripts */
export function structureOf(document: PageDocument): Structure {
  const url = new URL(document.url);
  const features = featuresOf(document);
  const scripts = document.survey.scripts.map(scriptSignature).sort();
  const family = digest([url.origin, ...scripts]);
  const path = pathPattern(url);
  return {
    family,
    template: digest([family, path, ...features]),
    pattern: url.host + path,
    features: [path, ...features],
  };
}

/** `/blog/news/05/a-post?id=7` → `/blog/news/N/*?id`: the first folders and the ending stay, numbers are N, names are `*`. */
export function pathPattern(url: URL): string {
  const folders = url.pathname.split("/").slice(1);
  const last = folders.findLastIndex((part) => part !== "");
  const parts = folders.map((part, at) => (at === last ? nameOf(part) : folderOf(part, at)));
  const names = [...new Set(url.searchParams.keys())].sort().slice(0, 10);
  return `/${parts.join("/")}${names.length === 0 ? "" : `?${names.join("&")}`}`;
}

function nameOf(part: string): string {
  const ending = /\.[a-z][a-z0-9]{1,4}$/i.exec(part)?.[0] ?? "";
  return (isNumber(part.slice(0, part.length - ending.length)) ? "N" : "*") + ending.toLowerCase();
}

function folderOf(part: string, at: number): string {
  if (part === "") return "";
  if (isNumber(part)) return "N";
  return at < NAMED_FOLDERS && !/\d/.test(part) ? part : "*";
}

function isNumber(part: string): boolean {
  return /^[\d.,_-]+$/.test(part);
}

/** A script by its address, or by how its text begins; what differs from page to page is left out. */
function scriptSignature({ name, attribs, children }: Element): string {
  if (name !== "script") return `${name} that runs`;
  if (attribs.src !== undefined) return plain(attribs.src.replace(/[?#].*$/, ""));
  const [text] = children;
  return plain((text?.type === "text" ? text.data : "").replace(/(["'`])(?:(?!\1).)*\1/g, "").slice(0, 400)).slice(
    0,
    60,
  );
}

function featuresOf(document: PageDocument): readonly string[] {
  const features = new Set<string>();
  const landmarks: Element[] = [];
  walk(document.tree, {
    enter(element) {
      if (features.size >= MAX_FEATURES) return false;
      if (LANDMARKS.has(element.name)) {
        landmarks.push(element);
        features.add(landmarks.map(({ name }) => name).join(">"));
      }
      for (const feature of ownFeatures(element)) features.add(feature);
      return !isDead(element) && element.name !== "svg";
    },
    leave(element) {
      if (landmarks.at(-1) === element) landmarks.pop();
    },
  });
  return [...features].sort();
}

function ownFeatures(element: Element): string[] {
  const { name, attribs } = element;
  const behaviours = Object.keys(attribs).filter((attribute) => BEHAVIOUR.test(attribute));
  const features = behaviours.map((attribute) => `[${attribute}]`);
  if (name.includes("-")) features.push(name);
  const place = placeIn(element);
  if (place !== null) features.push(place);
  return features;
}

/** What an empty element is called, if scripts may fill it. */
function placeIn(element: Element): string | null {
  const { name, attribs } = element;
  const isContainer = CONTAINERS.has(name);
  if (!(isContainer || HOLDERS.has(name)) || !isEmpty(element)) return null;
  const id = attribs.id === undefined ? "" : `#${isContainer ? plain(attribs.id) : ""}`;
  const classes = attribs.class === undefined ? "" : `.${plain(attribs.class)}`;
  const data = Object.keys(attribs).filter((attribute) => attribute.startsWith("data-"));
  return id + classes === "" && data.length === 0 && name !== "main"
    ? null
    : `${name}${id}${classes}[${data.join(" ")}]`;
}

function isEmpty({ children }: Element): boolean {
  return children.every((child) => child.type === "comment" || (child.type === "text" && PLACEHOLDER.test(child.data)));
}

/** Without digits, and without words that look like hashes. */
function plain(text: string): string {
  return text
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => !(word.length >= 6 && /\d/.test(word) && /\p{L}/u.test(word)))
    .map((word) => word.replace(/\d+/g, ""))
    .filter((word) => word !== "")
    .join("-");
}

function digest(parts: readonly string[]): string {
  return hash("sha1", parts.join("\n"), "base64url");
}
