/** Finds, while a page is read, the element that a client-side framework fills, if nothing is in it yet. */
import { INLINE, isHidden } from "./text.ts";
import { fold, type Tag } from "./tree.ts";

/** A spinner or a word such as "Loading…" is as good as nothing. */
const HARDLY_ANY_TEXT = 60;
/** White space between elements may be long. */
const ENOUGH_TEXT = 2000;

/** Where React, Vue, Angular, Svelte, Next, Nuxt, Gatsby, Ember and their kin put what they render. */
const ROOT_IDS = new Set(
  "root app __next __nuxt ___gatsby svelte ember-app main-app react-root app-root spa q-app".split(" "),
);
const ROOT_NAMES = new Set(["app-root", "my-app", "ion-app"]);

interface Root {
  readonly shown: string;
  readonly depth: number;
  links: number;
  text: string;
}

export class RootWatch {
  /** Name of the first root that is empty, or null. */
  empty: string | null = null;
  readonly #open: Root[] = [];
  /** Depth of the outermost element of a root that nobody sees, or 0. */
  #hidden = 0;

  open(tag: Tag, depth: number): void {
    if (this.#open.length > 0) this.#within(tag, depth);
    if (this.empty === null && isRoot(tag)) this.#open.push({ shown: shown(tag), depth, links: 0, text: "" });
  }

  text(data: string): void {
    if (this.#hidden !== 0) return;
    for (const root of this.#open) if (root.text.length < ENOUGH_TEXT) root.text += data;
  }

  close(depth: number): void {
    const root = this.#open.at(-1);
    if (this.#hidden === depth) this.#hidden = 0;
    if (root?.depth !== depth) return;
    this.#open.pop();
    if (root.links === 0 && fold(root.text).length < HARDLY_ANY_TEXT) this.empty ??= root.shown;
  }

  #within(tag: Tag, depth: number): void {
    for (const root of this.#open) {
      if (tag.name === "a" && tag.attribs.href !== undefined) root.links += 1;
      if (!INLINE.has(tag.name)) root.text += " ";
    }
    if (this.#hidden === 0 && isHidden(tag)) this.#hidden = depth;
  }
}

function isRoot({ name, attribs }: Tag): boolean {
  return ROOT_IDS.has(attribs.id ?? "") || ROOT_NAMES.has(name) || attribs["ng-app"] !== undefined;
}

function shown({ name, attribs }: Tag): string {
  return attribs.id ? `<${name} id="${attribs.id}">` : `<${name}>`;
}
