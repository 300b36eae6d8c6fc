/** The shape of every background duty: rounds that never overlap, a timer between them, start and stop that may be called twice. */
import type { Duty, Logger } from "../core/ports.ts";

export interface DutyOptions<Result> {
  readonly name: string;
  readonly log: Logger;
  /** One round. */
  runOnce(): Promise<Result>;
  /** Milliseconds that a poke waits for others; default 0. */
  readonly gather?: number;
  /** Milliseconds until the next round, told by what this one found; null: only when poked. */
  pauseAfter(result: Result): number | null;
}

export interface PokedDuty<Result> extends Duty<Result> {
  /** Do a round soon, before the timer says so. */
  poke(): void;
}

/** setTimeout counts in 32 bits; a longer wait would fire at once. */
const LONGEST_PAUSE = 2 ** 31 - 1;
const PAUSE_AFTER_ERROR = 5000;

export function createDuty<Result>(options: DutyOptions<Result>): PokedDuty<Result> {
  let timer: NodeJS.Timeout | null = null;
  let poked: NodeJS.Timeout | null = null;
  let round: Promise<void> | null = null;
  let running = false;
  let again = false;

  function wait(ms: number | null): void {
    if (timer) clearTimeout(timer);
    timer = running && ms !== null ? setTimeout(begin, Math.min(Math.max(ms, 0), LONGEST_PAUSE)) : null;
  }
  function begin(): void {
    if (round) again = true;
    else round = oneRound();
  }
  async function oneRound(): Promise<void> {
    let pause: number | null = PAUSE_AFTER_ERROR;
    try {
      pause = options.pauseAfter(await options.runOnce());
    } catch (error) {
      options.log.error({ err: error, duty: options.name }, "a round failed; it is tried again");
    }
    round = null;
    const next = again ? 0 : pause;
    again = false;
    wait(next);
  }
  return {
    start() {
      if (running) return;
      running = true;
      begin();
    },
    poke() {
      if (!running || poked) return;
      if (options.gather === undefined) return begin();
      poked = setTimeout(() => {
        poked = null;
        begin();
      }, options.gather);
    },
    async stop() {
      running = false;
      if (poked) clearTimeout(poked);
      poked = null;
      wait(null);
      await round;
    },
    runOnce: options.runOnce,
  };
}
