/** Remembers under which scope a session's pages gave their links, so that a link that redirects can be looked at again. */
import type { LinkOptions } from "../../../sdk/context.ts";
import type { ScopeRule } from "../../core/landing.ts";
import { urlKey } from "../../core/url-key.ts";
import { scopeRule } from "./link-filter.ts";

export { isInScope } from "./link-filter.ts";

export class Scopes {
  readonly #rules = new Map<string, ScopeRule | null>();
  /** Made when an address is asked for that was not given as it is. */
  #byKey: ReadonlyMap<string, ScopeRule | null> | null = null;

  /** Links that were given; what an address was asked for with last counts. */
  note(pageUrl: string, hrefs: readonly string[], options: LinkOptions): void {
    const rule = scopeRule(pageUrl, options);
    for (const href of hrefs) this.#rules.set(href, rule);
    this.#byKey = null;
  }

  /** By a key that is an address: as it was given, or in normal form. */
  of(key: string): ScopeRule | null {
    const known = this.#rules.get(key);
    if (known !== undefined) return known;
    this.#byKey ??= new Map([...this.#rules].map(([href, rule]) => [urlKey(href), rule]));
    return this.#byKey.get(key) ?? null;
  }
}
