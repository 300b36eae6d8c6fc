/** Watches where the visits of one attempt end, and ends the attempt when its own page turns out to be none, or not its own. */
import type { BrowserContext, Document, LinkOptions, SpawnOptions } from "../../sdk/context.ts";
import { SkipError } from "../../sdk/outcome.ts";
import type { BrowsingSession, GivenLinks } from "../core/browsing.ts";
import type { Assignment } from "../core/execution.ts";
import { type Astray, type Landing, landedKey, type ScopeRule, standsFor } from "../core/landing.ts";
import { isPage } from "../core/media-type.ts";
import type { Host } from "./context.ts";

type Visit = BrowserContext<unknown>["visit"];

/** Thrown by `visit`. A script that catches it goes on, but nothing it does is kept. */
class AstrayError extends SkipError {}

export class Landings {
  readonly #assignment: Assignment;
  readonly #host: Host;
  /** What a root visited: asked, found. Its own key is known only once it spawns. */
  readonly #visits: [string, string][] = [];
  #ended: { readonly reason: Astray; readonly message: string } | null = null;

  constructor(assignment: Assignment, host: Host) {
    this.#assignment = assignment;
    this.#host = host;
  }

  /** Why this attempt is to end as skipped, whatever its script did; or null. */
  get ended(): { readonly reason: Astray; readonly message: string } | null {
    return this.#ended;
  }

  /** `visit`, with its ends watched. */
  watch(session: BrowsingSession["fixtures"], isInScope: GivenLinks["isInScope"]): Visit {
    return async (url, options) => {
      const document = await session.visit(url, options);
      this.#expectPage(url, document);
      await this.#arrive(url, document.url, isInScope);
      return document;
    };
  }

  /** The key of the address where the page of the root `key` was found, if it is another one. */
  ofRoot(key: string | null): string | null {
    if (key === null) return null;
    for (const [asked, found] of this.#visits) {
      const landed = landedKey(key, asked, found);
      if (landed !== null) return landed;
    }
    return null;
  }

  #expectPage(asked: string, { type }: Document): void {
    const { key, parent, landing } = this.#assignment;
    if (parent === null || key === null || !landing?.onlyHtml || isPage(type)) return;
    if (standsFor(key, asked)) this.#end("no_page", `${asked} is a file of the type ${type}, and no page`);
  }

  async #arrive(asked: string, found: string, isInScope: GivenLinks["isInScope"]): Promise<void> {
    const { key, parent, landing } = this.#assignment;
    if (parent === null) this.#visits.push([asked, found]);
    if (parent === null || key === null || landing?.redirects === "any") return;
    const landed = landedKey(key, asked, found);
    if (landed === null) return;
    if (landing?.scope && !isInScope(landing.scope, found)) {
      this.#end("out_of_scope", `${asked} leads to ${found}, which is outside of what was asked for`);
    }
    if (!(await this.#host.land(landed)))
      this.#end("duplicate", `${asked} leads to ${found}, which is another subtask's page`);
  }

  #end(reason: Astray, message: string): never {
    this.#ended = { reason, message };
    throw new AstrayError(message);
  }
}

/**
 * What subtasks may find: HTML only, where their addresses are named like files; and where redirects may lead them, by what `spawn`
 * was told, else by the `links` that their addresses came from. What they have in common is one object, so that it travels to the
 * server once.
 */
export function landingsOf(
  { redirects = "check", scope }: Pick<SpawnOptions<object>, "redirects" | "scope">,
  links: GivenLinks | null,
): (key: string) => { readonly landing?: Landing } {
  if (redirects !== "check" && redirects !== "any")
    throw new TypeError(`spawn expects redirects "check" or "any", got ${JSON.stringify(redirects)}`);
  const ruleOf = scope === undefined ? (key: string) => links?.scopeOf(key) ?? null : ownScopes(scope);
  const landings = { html: new Map<ScopeRule | null, Landing>(), any: new Map<ScopeRule | null, Landing>() };
  return (key) => {
    const rule = ruleOf(key);
    const onlyHtml = links?.mayBeFile(key) ?? false;
    if (rule === null && redirects === "check" && !onlyHtml) return {};
    const alike = onlyHtml ? landings.html : landings.any;
    const landing = alike.get(rule) ?? { redirects, scope: rule, ...(onlyHtml ? { onlyHtml } : {}) };
    alike.set(rule, landing);
    return { landing };
  };
}

function ownScopes(scope: NonNullable<LinkOptions["scope"]>): (key: string) => ScopeRule | null {
  const rules = new Map<string, ScopeRule>();
  return (key) => {
    const of = URL.parse(key)?.origin;
    if (scope === "any" || of === undefined) return null;
    const rule = rules.get(of) ?? { scope, of };
    rules.set(of, rule);
    return rule;
  };
}
