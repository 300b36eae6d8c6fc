/** What one look at a page's elements tells before anything of it is read: its scripts, where it sends its visitor, what it awaits. */
import { isTracker } from "./blocking.ts";
import { refreshOf } from "./meta-refresh.ts";
import { visibleText } from "./text.ts";
import { type Element, isDead, type Tree, walk } from "./tree.ts";

export interface Survey {
  /** Scripts that a browser would run, and elements that run something as they load; those that only measure do not count. */
  readonly scripts: readonly Element[];
  /** Name of an empty element that client-side frameworks fill, or null. */
  readonly emptyRoot: string | null;
  /** Whether `<noscript>` says that the page needs JavaScript. */
  readonly asksForScripts: boolean;
  /** Where `<meta http-equiv="refresh">` leads, as written, or null. */
  readonly refresh: string | null;
}

/** What is shown until scripts have worked is as good as nothing. */
const HARDLY_ANY_TEXT = 60;

/** Where React, Vue, Angular, Svelte, Next, Nuxt, Gatsby, Ember and their kin put what they render. */
const ROOT_IDS = new Set(
  "root app __next __nuxt ___gatsby svelte ember-app main-app react-root app-root spa q-app".split(" "),
);
const ROOT_NAMES = new Set(["app-root", "my-app", "ion-app"]);

const ASKING = /java\s?script/i;
/** Types of scripts that browsers run; any other holds data. */
const RUNNING = /^(?:|module|(?:text|application)\/(?:x-)?(?:java|ecma)script)$/i;
/** What runs without anybody touching the page. */
const SELF_STARTING = ["onload", "onerror", "onpageshow"] as const;

export function surveyOf(tree: Tree): Survey {
  const scripts: Element[] = [];
  let emptyRoot: string | null = null;
  let asksForScripts = false;
  let refresh: string | null = null;
  walk(tree, {
    enter(element) {
      if (runs(element)) scripts.push(element);
      if (element.name === "noscript") asksForScripts ||= ASKING.test(visibleText(element));
      if (element.name === "meta") refresh ??= refreshOf(element);
      if (emptyRoot === null && isRoot(element) && isEmpty(element)) emptyRoot = shown(element);
      return !isDead(element);
    },
  });
  return { scripts, emptyRoot, asksForScripts, refresh };
}

function runs(element: Element): boolean {
  if (element.name === "script") {
    return RUNNING.test(element.attribs.type?.trim() ?? "") && !isTracker(element.attribs.src ?? "");
  }
  return SELF_STARTING.some((name) => element.attribs[name] !== undefined);
}

function isRoot(element: Element): boolean {
  return (
    ROOT_IDS.has(element.attribs.id ?? "") || ROOT_NAMES.has(element.name) || element.attribs["ng-app"] !== undefined
  );
}

/** A spinner or a word such as "Loading…" is as good as nothing. */
function isEmpty(element: Element): boolean {
  let links = 0;
  walk(element, {
    enter(inner) {
      if (inner.name === "a" && inner.attribs.href !== undefined) links += 1;
      return true;
    },
  });
  return links === 0 && visibleText(element).length < HARDLY_ANY_TEXT;
}

function shown(element: Element): string {
  return element.attribs.id ? `<${element.name} id="${element.attribs.id}">` : `<${element.name}>`;
}
