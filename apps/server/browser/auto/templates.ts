/** What a runner knows about the templates of the sites it visits: which tier serves them, and whose turn it is to compare both. */
import type { TierReason } from "../../core/execution.ts";
import type { Structure } from "./structure.ts";
import {
  compared,
  comparisonsNeeded,
  isDue,
  type Kin,
  kinCompared,
  NEW_KIN,
  NEW_TALLY,
  type Outcome,
  type Tally,
} from "./template-rule.ts";

/** How one page is to be served. */
export interface Turn {
  /** `compare`: in both tiers; `browser`: in both tiers too, but it is known what will come of it. */
  readonly tier: "http" | "browser" | "compare";
  /** For people. */
  readonly reason: string;
  readonly why: TierReason;
  /** To be called once with what came of a page that was loaded in both tiers, or null if nothing did. Gives what changed, for people. */
  settle(outcome: Outcome | null, what: string): string | null;
}

export interface Templates {
  /** Waits where enough others are comparing already, until `signal` aborts; with null it does not wait and compares, too. */
  turn(structure: Structure, signal: AbortSignal | null): Promise<Turn>;
  /** From now on nothing is compared, for this reason. True the first time. */
  giveUp(reason: string): boolean;
}

interface Family {
  kin: Kin;
  /** Features that were there when both tiers agreed. */
  readonly proven: Set<string>;
  /** How many of its pages are being compared. */
  comparing: number;
  /** The tier that was last told of pages of a pattern: of templates that differ in structure only, people need to hear but once. */
  readonly told: Map<string, Tally["tier"]>;
}

interface Template {
  readonly structure: Structure;
  readonly family: Family;
  tally: Tally;
  /** What the last comparison showed. */
  finding: string;
  comparing: number;
}

/** Room for the templates of many sites; each takes about 1 kB. Who was not seen for the longest time is forgotten. */
const MAX_TEMPLATES = 5000;
const MAX_FAMILIES = 1000;
const MAX_PROVEN = 2000;

export function createTemplates(): Templates {
  return new Memory();
}

class Memory implements Templates {
  readonly #families = new Map<string, Family>();
  readonly #templates = new Map<string, Template>();
  #settled = Promise.withResolvers<void>();
  #givenUp: string | null = null;

  giveUp(reason: string): boolean {
    const isFirst = this.#givenUp === null;
    this.#givenUp ??= reason;
    return isFirst;
  }

  async turn(structure: Structure, signal: AbortSignal | null): Promise<Turn> {
    const template = this.#find(structure);
    const { family } = template;
    template.tally = { ...template.tally, pages: template.tally.pages + 1 };
    family.kin = { ...family.kin, pages: family.kin.pages + 1 };
    for (;;) {
      if (this.#givenUp !== null) return untested(this.#givenUp);
      const needed = neededBy(template);
      if (template.tally.tier === "browser") return this.#begin(template, "browser");
      if (needed > template.comparing) return this.#begin(template, "compare");
      if (needed === 0) {
        const isIdle = family.comparing === 0;
        return isIdle && isDue(template.tally, family.kin) ? this.#begin(template, "compare") : overHttp(template);
      }
      if (signal === null) return this.#begin(template, "compare");
      await untilEither(this.#settled.promise, signal);
    }
  }

  #begin(template: Template, tier: "browser" | "compare"): Turn {
    const { family } = template;
    template.comparing += 1;
    family.comparing += 1;
    const reason = tier === "browser" ? inBrowser(template) : `${named(template)} are being compared in both tiers`;
    return {
      tier,
      reason,
      why: "scripts_add",
      settle: (outcome, what) => {
        template.comparing -= 1;
        family.comparing -= 1;
        const before = template.tally.tier;
        if (outcome) learn(template, outcome, what);
        this.#settled.resolve();
        this.#settled = Promise.withResolvers();
        return template.tally.tier === before ? null : news(template);
      },
    };
  }

  #find(structure: Structure): Template {
    const family = touch(this.#families, structure.family, MAX_FAMILIES, () => ({
      kin: NEW_KIN,
      proven: new Set<string>(),
      comparing: 0,
      told: new Map<string, Tally["tier"]>(),
    }));
    return touch(this.#templates, structure.template, MAX_TEMPLATES, () => ({
      structure,
      family,
      tally: NEW_TALLY,
      finding: "",
      comparing: 0,
    }));
  }
}

function neededBy({ tally, family, structure }: Template): number {
  const isFamiliar = structure.features.every((feature) => family.proven.has(feature));
  return comparisonsNeeded(tally, family.kin, isFamiliar);
}

function learn(template: Template, outcome: Outcome, what: string): void {
  const { family, structure, tally } = template;
  const wasTrusted = tally.tier === "http";
  template.tally = compared(tally, outcome, neededBy(template));
  // A template known to differ says nothing new about its kin.
  if (tally.tier !== "browser") family.kin = kinCompared(family.kin, outcome);
  template.finding = what;
  if (outcome !== "agreed" || (!wasTrusted && template.tally.tier === "browser")) return;
  for (const feature of structure.features) if (family.proven.size < MAX_PROVEN) family.proven.add(feature);
}

function overHttp(template: Template): Turn {
  const { tally, family } = template;
  const isUnseen = tally.agreed === 0 && tally.failed > 0;
  const reason = isUnseen
    ? `Chromium could not show what scripts do to ${named(template)} (${template.finding})`
    : `scripts change nothing that counts on ${named(template)} (${family.kin.agreed} comparisons with Chromium agreed)`;
  const why = isUnseen ? "not_compared" : "scripts_decorate";
  return { tier: "http", reason, why, settle: () => null };
}

function untested(reason: string): Turn {
  return {
    tier: "http",
    reason: `what its scripts do could not be tried: ${reason}`,
    why: "not_compared",
    settle: () => null,
  };
}

function inBrowser(template: Template): string {
  return `scripts of ${named(template)} ${template.finding}`;
}

function news(template: Template): string | null {
  const { family, structure, tally } = template;
  if (family.told.get(structure.pattern) === tally.tier) return null;
  if (family.told.size < MAX_PROVEN) family.told.set(structure.pattern, tally.tier);
  return changed(template);
}

function changed(template: Template): string {
  return template.tally.tier === "browser"
    ? `${capital(named(template))} are rendered in Chromium from now on: their scripts ${template.finding}.`
    : `${capital(named(template))} are fetched over HTTP from now on: both tiers agreed ${times(template.tally.agreed)}.`;
}

function times(count: number): string {
  return count === 1 ? "on one of them" : `${count} times in a row`;
}

function named({ structure }: Template): string {
  return `pages like ${structure.pattern}`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Finds an entry and moves it to the end, which is the last to be forgotten. */
function touch<T>(map: Map<string, T>, key: string, max: number, make: () => T): T {
  const found = map.get(key) ?? make();
  map.delete(key);
  map.set(key, found);
  const [oldest] = map.keys();
  if (map.size > max && oldest !== undefined) map.delete(oldest);
  return found;
}

async function untilEither(promise: Promise<void>, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const aborted = Promise.withResolvers<never>();
  const abort = (): void => aborted.reject(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  try {
    await Promise.race([promise, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}
