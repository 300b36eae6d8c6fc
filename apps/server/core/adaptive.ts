/**
 * How many run at once when the load of the machine says so: as many as keep it below a limit, and no more. The number of places
 * grows while all are taken and the machine is calm, and shrinks when it is not, as TCP finds the width of a line.
 */

/** What is looked at, and the percentage below which more may start. */
export interface LoadLimits {
  readonly cpu?: number;
  /** Of the busiest disk. */
  readonly io?: number;
  readonly memory?: number;
}

export const LOADS = ["cpu", "io", "memory"] as const;
export type Load = (typeof LOADS)[number];

/** How the places of one lock are taken. */
export interface Places {
  readonly lock: string;
  readonly places: number;
  readonly running: number;
  readonly waiting: number;
  /** The most there may ever be. */
  readonly most: number;
  readonly while: LoadLimits;
}

/** The first word of the names of locks with places. */
export const ADAPTIVE = "adaptive";
/** One always goes on, so that the work ends however busy the machine is with other things. */
export const FEWEST_PLACES = 1;

/** @param loads in percent, as measured since the last look; what could not be told is left out and holds nothing back */
export function nextPlaces(
  { places, running, waiting, most, while: limits }: Places,
  loads: Readonly<Partial<Record<Load, number>>>,
): number {
  const busy = LOADS.some((load) => limits[load] !== undefined && (loads[load] ?? 0) >= limits[load]);
  if (busy) return Math.max(FEWEST_PLACES, Math.floor(Math.min(places, Math.max(running, FEWEST_PLACES)) * 0.75));
  const wanted = waiting > 0 && running >= places;
  return wanted ? Math.min(most, places + Math.max(1, Math.floor(places / 2))) : Math.min(places, most);
}
