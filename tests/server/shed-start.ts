/** A process whose start left 60 MB of garbage behind. Tells when it is no longer busy, and when that is gone. */
import { shedStart } from "../../apps/server/shed.ts";

const MOMENT = 100;
const BUSY_MOMENTS = 5;
const say = (what: string): void => void process.send?.({ what, heap: process.memoryUsage().heapUsed });

const watched = new FinalizationRegistry(() => say("shed"));

interface Garbage {
  readonly next: Garbage | null;
  readonly text: string;
}

/** Old enough for V8 to look at it only when it looks at everything. */
function leaveGarbage(): void {
  let chain: Garbage | null = null;
  for (let i = 0; i < 600_000; i++) chain = { next: chain, text: `a word of the start ${i}` };
  watched.register(chain as Garbage, null);
}

/** Never waits, so that the event loop is not idle for a moment however busy the machine is; makes no garbage that V8 would collect by itself. */
function workUntil(end: number): void {
  for (const turn = performance.now() + MOMENT / 5; performance.now() < turn; );
  if (performance.now() >= end) say("quiet");
  else setImmediate(workUntil, end);
}

leaveGarbage();
say("started");
shedStart(MOMENT);
workUntil(performance.now() + BUSY_MOMENTS * MOMENT);
process.on("message", () => process.exit());
