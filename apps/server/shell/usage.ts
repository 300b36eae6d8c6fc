/** What a command uses: exact CPU time from the shell around it, peak memory by looking now and then. Linux only. */
import type { Readable } from "node:stream";
import { memoryOf, treeOf } from "./processes.ts";

/**
 * Runs the command given as `$1` in a shell of its own and, when it ended, tells on descriptor 3 what the kernel counted
 * for it and everything it waited for. The trap lets this outer shell live on through SIGTERM; the command's own
 * handling of signals is untouched, since handlers are not inherited.
 */
export const MEASURING_SHELL = `trap : TERM INT HUP
sh -c "$1" 3>&-
code=$?
if [ -r /proc/$$/stat ]; then read -r stat < /proc/$$/stat; echo "$stat" >&3; fi
exit $code`;

/** Clock ticks per second: fixed at 100 for user space on Linux, whatever the kernel's own rate. */
const TICKS_PER_SECOND = 100;
const FIRST_LOOKS = [10, 40, 150] as const;
const LOOK_INTERVAL = 250;

export class UsageMeter {
  readonly #root: number;
  readonly #timers = new Set<NodeJS.Timeout>();
  #report = "";
  #peak = 0;
  #sampledTicks = 0;

  constructor(root: number, reports: Readable) {
    this.#root = root;
    reports.setEncoding("utf8").on("data", (text: string) => {
      this.#report += text;
    });
    this.#look();
    for (const delay of FIRST_LOOKS) this.#timers.add(setTimeout(() => this.#look(), delay));
    this.#timers.add(setInterval(() => this.#look(), LOOK_INTERVAL));
  }

  stop(): void {
    for (const timer of this.#timers) clearTimeout(timer);
  }

  /** Exact when the command ended by itself; a killed one has what was last seen. */
  cpuMs(): number | null {
    const ticks = reportedTicks(this.#report) ?? (this.#sampledTicks > 0 ? this.#sampledTicks : null);
    return ticks === null ? null : (ticks * 1000) / TICKS_PER_SECOND;
  }

  peakMemoryBytes(): number | null {
    return this.#peak > 0 ? this.#peak : null;
  }

  #look(): void {
    const tree = treeOf(this.#root);
    const memory = tree.map((part) => memoryOf(part.pid));
    const now = memory.reduce((sum, part) => sum + part.now, 0);
    this.#peak = Math.max(this.#peak, now, ...memory.map((part) => part.peak));
    this.#sampledTicks = Math.max(
      this.#sampledTicks,
      tree.reduce((sum, part) => sum + part.ticks, 0),
    );
  }
}

/** utime, stime, cutime and cstime are the 14th to 17th field; counted from the end of the bracketed name. */
function reportedTicks(stat: string): number | null {
  if (stat === "") return null;
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
  return Number.isFinite(ticks) ? ticks : null;
}
