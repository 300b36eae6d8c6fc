/** Decides from a page's HTML alone whether it is the page, only the start of one that scripts build, or whether that has to be tried. */
import type { TierReason } from "../../core/execution.ts";
import type { PageDocument } from "../document/document.ts";

/** What the rule looks at. */
export interface RenderFacts {
  /** How many scripts a browser would run. */
  readonly scripts: number;
  /** Name of an empty element that client-side frameworks fill, or null. */
  readonly emptyRoot: string | null;
  /** Whether `<noscript>` says that the page needs JavaScript. */
  readonly asksForScripts: boolean;
  /** Characters of visible text. */
  readonly textLength: number;
  readonly links: number;
}

export interface RenderDecision {
  /** `unsure`: only a comparison of both tiers can tell what the scripts do. */
  readonly tier: "http" | "browser" | "unsure";
  readonly reason: string;
  readonly why: TierReason;
}

/** Below this much text a page that runs scripts says next to nothing. */
export const LITTLE_TEXT = 200;
const HARDLY_ANY_TEXT = 60;

export function renderRule(facts: RenderFacts): RenderDecision {
  if (facts.scripts === 0) return { tier: "http", reason: "the page has no scripts", why: "no_scripts" };
  if (facts.emptyRoot !== null) return enter(`its ${facts.emptyRoot} is empty until scripts fill it`);
  if (facts.asksForScripts && facts.textLength < LITTLE_TEXT)
    return enter("it has little text and asks for JavaScript");
  if (facts.links === 0 && facts.textLength < HARDLY_ANY_TEXT)
    return enter("it has scripts and next to no text or links");
  return { tier: "unsure", reason: "its HTML has text and links of its own", why: "not_compared" };
}

/** Text and links are read only where the rule asks for them: most pages are decided without. */
export function renderFacts(document: PageDocument): RenderFacts {
  const { scripts, emptyRoot, asksForScripts } = document.outline;
  return {
    scripts: scripts.length,
    emptyRoot,
    asksForScripts,
    get textLength() {
      return document.text.length;
    },
    get links() {
      return document.links().length;
    },
  };
}

function enter(reason: string): RenderDecision {
  return { tier: "browser", reason, why: "empty_without_scripts" };
}
