/** Decides whether the HTML of a page is the page, or only the start of one that scripts build in a browser. */
import type { PageDocument } from "./document.ts";
import { visibleText } from "./text.ts";
import { type Element, type Tree, walk } from "./tree.ts";

/** What the rule looks at. */
export interface RenderFacts {
  /** Scripts that a browser would run. */
  readonly scripts: number;
  /** Characters of visible text. */
  readonly textLength: number;
  readonly links: number;
  /** Name of an empty element that client-side frameworks fill, or null. */
  readonly emptyRoot: string | null;
  /** Whether `<noscript>` says that the page needs JavaScript. */
  readonly asksForScripts: boolean;
}

export interface RenderDecision {
  readonly browser: boolean;
  readonly reason: string;
}

/** Below this much text a page that runs scripts says next to nothing. */
const LITTLE_TEXT = 200;
const HARDLY_ANY_TEXT = 60;

/** Where React, Vue, Angular, Svelte, Next, Nuxt, Gatsby, Ember and their kin put what they render. */
const ROOT_IDS = new Set(
  "root app __next __nuxt ___gatsby svelte ember-app main-app react-root app-root spa q-app".split(" "),
);
const ROOT_NAMES = new Set(["app-root", "my-app", "ion-app"]);

const ASKING = /java\s?script/i;
/** Types of scripts that browsers run; any other holds data. */
const RUNNING = /^(?:|module|(?:text|application)\/(?:x-)?(?:java|ecma)script)$/i;

export function needsBrowser(facts: RenderFacts): RenderDecision {
  if (facts.scripts === 0) return stay("the page has no scripts");
  if (facts.emptyRoot !== null) return enter(`its ${facts.emptyRoot} is empty until scripts fill it`);
  if (facts.asksForScripts && facts.textLength < LITTLE_TEXT)
    return enter("it has little text and asks for JavaScript");
  if (facts.textLength < HARDLY_ANY_TEXT && facts.links === 0)
    return enter("it has scripts and next to no text or links");
  return stay("its HTML has text and links of its own");
}

export function renderFacts(document: PageDocument): RenderFacts {
  return { textLength: document.text.length, links: document.links().length, ...scan(document.tree) };
}

function scan(tree: Tree): Pick<RenderFacts, "scripts" | "emptyRoot" | "asksForScripts"> {
  let scripts = 0;
  let emptyRoot: string | null = null;
  let asksForScripts = false;
  walk(tree, {
    enter(element) {
      if (element.name === "script" && RUNNING.test(element.attribs.type?.trim() ?? "")) scripts += 1;
      if (element.name === "noscript") asksForScripts ||= ASKING.test(visibleText(element));
      if (isRoot(element) && isEmpty(element)) emptyRoot ??= shown(element);
      return true;
    },
  });
  return { scripts, emptyRoot, asksForScripts };
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

function stay(reason: string): RenderDecision {
  return { browser: false, reason };
}

function enter(reason: string): RenderDecision {
  return { browser: true, reason };
}
