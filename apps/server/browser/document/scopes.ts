/** Remembers how a session's pages gave their links, so that what is found there can be looked at again. */
import type { LinkOptions } from "../../../sdk/context.ts";
import type { GivenLinks } from "../../core/browsing.ts";
import type { ScopeRule } from "../../core/landing.ts";
import { pathKind } from "../../core/path-kind.ts";
import { urlKey } from "../../core/url-key.ts";
import { isInScope, scopeRule } from "./link-filter.ts";

interface Given {
  readonly rule: ScopeRule | null;
  readonly asPage: boolean;
}

export class Scopes implements GivenLinks {
  readonly #given = new Map<string, Given>();
  /** Made when an address is asked for that was not given as it is. */
  #byKey: ReadonlyMap<string, Given> | null = null;

  /** Links that were given; what an address was asked for with last counts. */
  note(pageUrl: string, hrefs: readonly string[], options: LinkOptions): void {
    const given = { rule: scopeRule(pageUrl, options), asPage: (options.files ?? false) === false };
    for (const href of hrefs) this.#given.set(href, given);
    this.#byKey = null;
  }

  /** By a key that is an address: as it was given, or in normal form. */
  scopeOf(key: string): ScopeRule | null {
    return this.#givenAs(key)?.rule ?? null;
  }

  /** Whether an address was given as that of a page, and is named like a file. */
  mayBeFile(key: string): boolean {
    return pathKind(key.replace(/[?#].*$/s, "")) === "either" && (this.#givenAs(key)?.asPage ?? false);
  }

  isInScope(rule: ScopeRule, url: string): boolean {
    return isInScope(rule, url);
  }

  #givenAs(key: string): Given | undefined {
    const known = this.#given.get(key);
    if (known !== undefined) return known;
    this.#byKey ??= new Map([...this.#given].map(([href, given]) => [urlKey(href), given]));
    return this.#byKey.get(key);
  }
}
