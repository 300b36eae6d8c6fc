/** Counts the pages of a session by what served them and why, so that a run can tell. */
import type { ServedPages, Tiers } from "../core/execution.ts";
import { pathPattern } from "./auto/structure.ts";
import type { PageDocument } from "./document/document.ts";

/** A script that visits thousands of pages by itself need not remember each kind. */
const MAX_KINDS = 50;
const OTHERS = "others";

export class Served {
  readonly #kinds = new Map<string, ServedPages>();

  note({ url, tier, tierWhy: why }: PageDocument): void {
    const address = new URL(url);
    const pattern = this.#kinds.size < MAX_KINDS ? address.host + pathPattern(address) : OTHERS;
    const key = `${pattern}\n${tier}\n${why}`;
    this.#kinds.set(key, { pattern, tier, why, pages: (this.#kinds.get(key)?.pages ?? 0) + 1 });
  }

  tiers(): Tiers {
    const served = [...this.#kinds.values()];
    const count = (tier: "http" | "browser") =>
      served.reduce((sum, kind) => sum + (kind.tier === tier ? kind.pages : 0), 0);
    return { http: count("http"), browser: count("browser"), served };
  }
}
