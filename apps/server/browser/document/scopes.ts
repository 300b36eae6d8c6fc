/** Remembers how a session's pages gave their links, so that what is found there can be looked at again. */
import type { LinkOptions } from "../../../sdk/context.ts";
import type { GivenLinks } from "../../core/browsing.ts";
import type { ScopeRule } from "../../core/landing.ts";
import { pathKind } from "../../core/path-kind.ts";
import { urlKey } from "../../core/url-key.ts";
import { isInScope, scopeRule } from "./link-filter.ts";

interface Given {
  readonly rule: ScopeRule | null;
  readonly as: "page" | "file" | "named";
}

export class Scopes implements GivenLinks {
  readonly #given = new Map<string, Given>();
  /** Made when an address is asked for that was not given as it is. */
  #byKey: ReadonlyMap<string, Given> | null = null;

  /** Links that were given; what an address was asked for with last counts. */
  note(pageUrl: string, hrefs: readonly string[], options: LinkOptions): void {
    const { files = false } = options;
    const as = files === false ? "page" : files === true ? "file" : "named";
    const given: Given = { rule: scopeRule(pageUrl, options), as };
    for (const href of hrefs) this.#given.set(href, given);
    this.#byKey = null;
  }

  /** By a key that is an address: as it was given, or in normal form. */
  scopeOf(key: string): ScopeRule | null {
    return this.#givenAs(key)?.rule ?? null;
  }

  mayBeFile(key: string): boolean {
    return isEither(key) && this.#givenAs(key)?.as === "page";
  }

  /** Whether an address was given as that of some file, and may be that of a page. */
  mayBePage(address: string): boolean {
    return isEither(address) && this.#givenAs(address)?.as === "file";
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

function isEither(address: string): boolean {
  return pathKind(address.replace(/[?#].*$/s, "")) === "either";
}
