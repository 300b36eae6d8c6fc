/** Lets as many sessions into Chromium at a time as the machine does best with: watches what is finished, and moves the limit. */
import { availableParallelism } from "node:os";
import { firstLimit, type Memory, nextLimit, type PaceReport, type PageLimit } from "../../core/page-limit.ts";
import { createSlots } from "./slots.ts";

export interface PaceOptions {
  /** Never more than this. */
  readonly most: number;
  memory(): Memory;
  /** In milliseconds, of a clock that never goes back. */
  now(): number;
  readonly cores?: number;
  /** Hears how many there are, when the first one enters and when that changes. */
  readonly report?: (report: PaceReport) => void;
}

export interface Pace {
  /**
   * Resolves with how to leave; rejects with the signal's reason when that aborts first.
   * @param told is told when the limit changes while it is the one who leaves
   */
  enter(signal: AbortSignal, told: (text: string) => void): Promise<() => void>;
  readonly limit: number;
}

/** Long enough for a rate that means something: so long, and so many sessions for each place. */
const WINDOW = 3000;
const ROUNDS = 3;

export function createPace({
  most,
  memory,
  now,
  cores = availableParallelism(),
  report = () => {},
}: PaceOptions): Pace {
  let state: PageLimit = firstLimit(cores, memory(), most);
  let since = now();
  let finished = 0;
  let wasFull = false;
  let isUsed = false;
  const slots = createSlots(state.limit);

  const look = (told: (text: string) => void): void => {
    const milliseconds = now() - since;
    if (milliseconds < WINDOW || finished < state.limit * ROUNDS) return;
    const before = state.limit;
    const seen = { milliseconds, finished, wasFull, memory: memory() };
    const { next, why } = nextLimit(state, seen, most, now());
    state = next;
    since = now();
    finished = 0;
    wasFull = slots.isFull;
    if (next.limit === before) return;
    slots.resize(next.limit);
    if (why === null) return;
    report({ limit: next.limit, most, change: { from: before, why } });
    told(`Chromium shows ${next.limit} pages at a time from now on, not ${before}: ${why}.`);
  };

  return {
    async enter(signal, told) {
      if (!isUsed) report({ limit: state.limit, most, change: null });
      isUsed = true;
      const entering = slots.take(signal);
      wasFull ||= slots.isFull;
      const leave = await entering;
      return () => {
        leave();
        finished += 1;
        look(told);
      };
    },
    get limit() {
      return state.limit;
    },
  };
}
