/** Stops fan-outs that have taken as long as they may. */
import type { Logger } from "../core/ports.ts";
import { createDuty, type PokedDuty } from "./duty.ts";
import { type FanOutParts, stopFanOut } from "./fan-outs.ts";

/** Clocks jump; a look that finds nothing costs one read of an index. */
const LONGEST_SLEEP_MS = 60_000;
/** What still ran may want another try: it is looked at again. */
const AGAIN_MS = 5000;

export function createLateFanOuts(parts: FanOutParts & { readonly log: Logger }): PokedDuty<number> {
  const { transitions, clock, log } = parts;
  return createDuty({
    name: "late-fan-outs",
    log,
    async runOnce() {
      const roots = await transitions.lateFanOuts(clock());
      for (const root of roots) await stopFanOut(parts, root, "time");
      const next = await transitions.nextLateFanOut(clock());
      const pause = next === null ? LONGEST_SLEEP_MS : Math.min(Math.max(next - clock(), 0), LONGEST_SLEEP_MS);
      return roots.length > 0 ? Math.min(pause, AGAIN_MS) : pause;
    },
    pauseAfter: (pause) => pause,
  });
}
