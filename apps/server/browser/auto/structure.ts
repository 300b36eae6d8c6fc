/**
 * Which template a page was made from: its host, the pattern of its address, the scripts it runs, and what these could work on.
 * Two pages of one template differ in what they say, so no number, hash or text counts. After the tag and attribute path
 * shingles of template detection, narrowed to what scripts can tell apart.
 */
import { hash } from "node:crypto";
import type { PageDocument } from "../document/document.ts";
import type { Script } from "../document/outline.ts";
import { featuresOf, plain } from "./features.ts";

export interface Structure {
  /** Pages with the same scripts on the same origin: what these did to some of them, they may do to others. */
  readonly family: string;
  readonly template: string;
  /** For people: host and pattern of the address, such as `example.com/docs/*.html`. */
  readonly pattern: string;
  /** What scripts could go by: the pattern, where something may be put in, what has a behaviour, how the page is laid out. */
  readonly features: readonly string[];
}

/** Folders further down are as many as pages. */
const NAMED_FOLDERS = 2;

/** @param document an HTML page that has scripts */
export function structureOf(document: PageDocument): Structure {
  const url = new URL(document.url);
  const features = featuresOf(document.html);
  const scripts = document.outline.scripts.map(scriptSignature).sort();
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
function scriptSignature({ name, src, text }: Script): string {
  if (name !== "script") return `${name} that runs`;
  if (src !== null) return plain(src.replace(/[?#].*$/, ""));
  return plain(text.replace(/(["'`])(?:(?!\1).)*\1/g, "")).slice(0, 60);
}

function digest(parts: readonly string[]): string {
  return hash("sha1", parts.join("\n"), "base64url");
}
