/** `render: "auto"`: which tier serves a page that came over HTTP, by what is known of its template, and else by trying both. */
import { BrowsingError, type BrowsingSessionOptions } from "../../core/browsing.ts";
import type { TierReason } from "../../core/execution.ts";
import { PageDocument } from "../document/document.ts";
import { disagreement, isElsewhere, SCRIPTS_AT_WORK, TWO_LOADS } from "./agreement.ts";
import { contentOf } from "./content.ts";
import { LITTLE_TEXT, renderFacts, renderRule } from "./render-rule.ts";
import { structureOf } from "./structure.ts";
import type { Outcome } from "./template-rule.ts";
import type { Templates, Turn } from "./templates.ts";

export interface AutoVisit {
  readonly templates: Templates;
  readonly signal: AbortSignal;
  readonly log: BrowsingSessionOptions["log"];
  /** Whether this session is in Chromium already. It must not wait then for others, who may be waiting for its place. */
  readonly isInChromium: boolean;
  /** Loads the page in Chromium, with its source. What Chromium would download comes over HTTP. */
  render(reason: string, why: TierReason): Promise<PageDocument>;
}

/** @param page HTML that came over HTTP */
export async function chooseTier(page: PageDocument, auto: AutoVisit): Promise<PageDocument> {
  const { tier, reason, why } = renderRule(renderFacts(page));
  if (tier === "browser") return auto.render(reason, why);
  if (tier === "http") return because(page, reason, why);
  const turn = await auto.templates.turn(structureOf(page), auto.isInChromium ? null : auto.signal);
  return turn.tier === "http" ? because(page, turn.reason, turn.why) : tryBoth(page, auto, turn);
}

async function tryBoth(page: PageDocument, auto: AutoVisit, turn: Turn): Promise<PageDocument> {
  const settle = (outcome: Outcome | null, what: string): void => {
    const change = turn.settle(outcome, what);
    if (change !== null) auto.log("info", change);
  };
  try {
    const rendered = await auto.render(turn.reason, turn.why);
    if (leavesBehind(page, rendered)) {
      settle("agreed", "");
      page.leadsTo(rendered.url);
      return because(page, `its scripts lead to ${rendered.url}, away from what it says itself`, "scripts_decorate");
    }
    const what = rendered.tier === "browser" ? difference(page, rendered) : null;
    settle(rendered.tier === "browser" ? (what === null ? "agreed" : "differed") : null, what ?? "");
    if (turn.tier === "compare" && what === null) {
      return because(page, "its scripts change nothing: both tiers agree", "scripts_decorate");
    }
    if (what !== null) rendered.tierReason = `its scripts ${what}`;
    return rendered;
  } catch (error) {
    const code = error instanceof BrowsingError ? error.code : "error";
    settle(auto.signal.aborted ? null : "failed", code);
    auto.signal.throwIfAborted();
    // Where scripts are known to add something, less than that is not the page.
    if (turn.tier === "browser") throw error;
    return because(page, untried(error, auto), "not_compared");
  }
}

/**
 * Whether scripts lead away from a page that is one: as chapters of documentation do that belong into a frame, all of them to the same
 * start. A page that only says where to go is left for that.
 */
function leavesBehind(page: PageDocument, rendered: PageDocument): boolean {
  return rendered.tier === "browser" && isElsewhere(page.url, rendered.url) && page.text.length >= LITTLE_TEXT;
}

/** What Chromium shows that HTTP does not, in words; null when they agree. */
function difference(page: PageDocument, rendered: PageDocument): string | null {
  const [http, browser] = [contentOf(page), contentOf(rendered)];
  if (rendered.source === null) return disagreement(http, browser, SCRIPTS_AT_WORK);
  // Compared with the answer that the scripts had, what changes from load to load is none of their doing.
  const answer = contentOf(new PageDocument({ ...rendered, html: rendered.source }));
  return disagreement(answer, browser, SCRIPTS_AT_WORK) ?? disagreement(http, answer, TWO_LOADS);
}

function untried(error: unknown, { templates, log }: AutoVisit): string {
  const why = error instanceof Error ? error.message : String(error);
  const isMissing = error instanceof BrowsingError && error.code === "browser_missing";
  if (!isMissing)
    log("warn", `What the scripts of this page do could not be tried, so it is taken as it came over HTTP: ${why}`);
  else if (templates.giveUp(why)) log("warn", `Pages with scripts are taken as they come over HTTP: ${why}`);
  return `what its scripts do could not be tried: ${why}`;
}

function because(page: PageDocument, reason: string, why: TierReason): PageDocument {
  page.tierReason = reason;
  page.tierWhy = why;
  return page;
}
