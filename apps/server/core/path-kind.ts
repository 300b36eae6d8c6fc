/**
 * What the path of a link says of what is there. On wikis, registries of packages and code browsers, pages are named like files
 * (`/wiki/Node.js`, `/blob/main/setup.sh`), and only the answer tells. Asking for what is a file after all costs a request, whose
 * body is not received; so what nearly always is a file is not asked for.
 */
import { isKnownEnding } from "./media-type.ts";

/** `either`: only the answer tells. */
export type PathKind = "page" | "file" | "either";

/**
 * Texts that people and programs write, and that pages are about. Not `txt`, `csv`, `svg` and the like: documentation links its
 * sources as `.txt` beside every page (CMake's 1,899 of them beside 1,936 pages), and hardly any page is called so.
 */
const WRITTEN = new Set(
  `js mjs cjs jsx ts tsx vue css scss less json yaml yml toml ini conf cfg properties xml xsd xsl dtd md rst map sql log sh bash zsh fish
  bat cmd ps1 c h cc cpp cxx hh hpp hrl cs fs vb go rs swift kt java scala groovy gradle clj hs ml mli erl ex exs py pyi ipynb rb pl pm
  lua r jl m mm f90 asm s el lisp scm tcl awk vim tex ly patch diff cmake mk proto graphql sol`.split(/\s+/),
);
/** Folders whose pages are named after whatever there is: wikis, registries of packages, code browsers; and names such as `File:Tea.jpg`. */
const NAMED_AFTER =
  /\/(?:wiki|index\.php|blob|blame|tree|src\/(?:branch|commit|tag))\/|(?::|%3a)[^/]*$|\/package\/(?:@[^/]+\/)?[^/]+$/i;
/** Folders of packages hold pages about them, or the packages themselves, which carry a version. */
const PACKAGES = /\/packages\/(?![^/]*[-_.]v?\d)[^/]+$/;

/** @param path without query; its beginning may be left out */
export function pathKind(path: string): PathKind {
  const ending = /\.([a-z0-9]{1,7})$/i.exec(path)?.[1]?.toLowerCase();
  if (ending === undefined) return "page";
  if (WRITTEN.has(ending)) return "either";
  if (!isKnownEnding(ending)) return "page";
  return NAMED_AFTER.test(path) || PACKAGES.test(path) ? "either" : "file";
}
