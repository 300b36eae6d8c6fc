/**
 * Gives back the memory that a start took: at the first quiet moment all that is garbage is collected, with the code that only a
 * start runs. V8 would keep it for good, as it does nothing while nothing happens: 15 to 20 MB of an idle server (Node 24).
 */
import { performance } from "node:perf_hooks";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** What is called a moment. */
const MOMENT = 2000;
/** The share of a moment in which the server worked: a request or two at most. */
const QUIET = 0.05;

/**
 * Call it once, when the start is over. It takes about 0.1 s then, in which nothing else is answered.
 * @param moment in milliseconds
 */
export function shedStart(moment: number = MOMENT): void {
  let before = performance.eventLoopUtilization();
  const timer = setInterval(() => {
    const { utilization } = performance.eventLoopUtilization(before);
    before = performance.eventLoopUtilization();
    if (utilization > QUIET) return;
    clearInterval(timer);
    collect();
  }, moment);
  timer.unref();
}

/** There is no other door to it, but for a flag that every way to start the server would have to name. */
function collect(): void {
  setFlagsFromString("--expose-gc");
  const gc: unknown = runInNewContext("gc");
  if (typeof gc === "function") gc({ type: "major", flavor: "last-resort" });
}
