/** A condition that a function in a task file decides: it looks at a page in a runner of its own, and leaves no run. */
import type { CheckFact, Finding, Probe } from "../core/condition.ts";
import { canonicalJson, type Json } from "../core/json.ts";
import { executeLook, type Hands } from "./execute.ts";

export interface TaskFiles {
  /** Where a task or operation is written. Null: nowhere any more. */
  fileOf?(name: string): { readonly file: string; readonly hash: string } | null;
}

/** What is given to a check that needs a page, and to one that needs none. */
const PAGE_NAMES = ["page", "links", "files", "scrollToEnd", "replay"];

export async function lookByCheck(
  hands: Hands & TaskFiles,
  { url, of, source, fact }: Extract<Probe, { kind: "check" }>,
  signal: AbortSignal,
): Promise<Finding> {
  const written = hands.fileOf?.(of) ?? null;
  if (!written) return { problem: `the file of ${of} is gone or has errors` };
  const needsPage = PAGE_NAMES.some((name) => new RegExp(`\\b${name}\\b`).test(source));
  const fixtures = needsPage ? ["input", "visit", ...PAGE_NAMES] : ["input", "visit"];
  const finding = await executeLook(hands, { ...written, checks: true, fixtures }, { url, check: source }, signal);
  return "problem" in finding ? finding : { value: read(finding.value, fact) };
}

function read(value: Json, fact: CheckFact): Json {
  if (fact.of === "contains") return (typeof value === "string" ? value : canonicalJson(value)).includes(fact.text);
  return fact.of === "truth" ? Boolean(value) : value;
}
