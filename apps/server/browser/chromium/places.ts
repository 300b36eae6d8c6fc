/** The places of a runner's Chromium that are free: a session takes one that fits, or a new one, and gives it back. */
import type { Browser } from "playwright-core";
import type { Egress } from "../egress/egress.ts";
import { dropTrace } from "./capture.ts";
import { openPlace, type Place, type PlaceNeeds } from "./place.ts";

export interface Places {
  /** @param key the same for needs that are the same; @param origin where the first visit goes, if known */
  take(browser: Browser, key: string, needs: PlaceNeeds, origin: string | null): Promise<Place>;
  /** Keeps a place for the next session, or closes it when nobody else may sit there. */
  give(browser: Browser, key: string, place: Place): Promise<void>;
  /** Closes the free places of a Chromium that is about to end. */
  drain(browser: Browser): Promise<void>;
}

export interface PlacesOptions {
  readonly egress: Egress;
  /** How many free places a Chromium keeps. */
  readonly max: number;
  /** How many sessions sit in one place before it is closed. */
  readonly sessions: number;
}

interface Free {
  readonly key: string;
  readonly place: Place;
}

export function createPlaces(options: PlacesOptions): Places {
  // In order of last use. A Chromium that has gone takes its places with it.
  const freeOf = new WeakMap<Browser, Free[]>();
  return {
    async take(browser, key, needs, origin) {
      const free = freeOf.get(browser) ?? [];
      const fits = (entry: Free) => entry.key === key;
      const found = free.findLast((entry) => fits(entry) && entry.place.origin === origin) ?? free.findLast(fits);
      if (!found) return openPlace(browser, options.egress, needs);
      free.splice(free.indexOf(found), 1);
      return found.place;
    },
    async give(browser, key, place) {
      const isClear = await place.clear();
      if (!isClear || place.served >= options.sessions || !browser.isConnected()) return close(place);
      const free = freeOf.get(browser) ?? [];
      freeOf.set(browser, free);
      free.push({ key, place });
      const oldest = free.length > options.max ? free.shift() : undefined;
      if (oldest) await close(oldest.place);
    },
    async drain(browser) {
      const free = freeOf.get(browser) ?? [];
      await Promise.all(free.splice(0).map(({ place }) => close(place)));
    },
  };
}

/** Also for a place that nobody gives back. */
export async function close(place: Place): Promise<void> {
  if (place.needs.film) await dropTrace(place.context);
  await place.context.close().catch(() => {});
}
