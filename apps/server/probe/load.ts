/** How busy processors and disks were since an earlier look, in percent. A load is a difference, so the first look has none. */
import { readdir, readFile } from "node:fs/promises";
import { cpus } from "node:os";
import type { Finding } from "../core/condition.ts";

/** Counters since the machine was started: what was busy, out of what. One pair per device. */
type Counters = ReadonlyMap<string, { readonly busy: number; readonly whole: number }>;

interface Sample {
  readonly at: number;
  readonly counters: Counters;
}

/** Counters move in steps; a shorter time than this would measure those. */
const SHORTEST_MS = 900;
const MOST_SAMPLES = 32;

export function createLoadMeter(): (of: "cpu" | "io") => Promise<Finding> {
  const samples: Record<"cpu" | "io", Sample[]> = { cpu: [], io: [] };
  return async (of) => {
    const now: Sample = { at: performance.now(), counters: of === "cpu" ? processors() : await disks() };
    const before = samples[of].findLast((sample) => now.at - sample.at >= SHORTEST_MS);
    samples[of] = [...samples[of], now].slice(-MOST_SAMPLES);
    return before ? { value: busiest(before.counters, now.counters) } : { problem: "a load takes two looks" };
  };
}

/** The busiest device counts: one disk at its limit is what slows others down. */
function busiest(before: Counters, now: Counters): number {
  const loads = [...now].map(([name, { busy, whole }]) => {
    const earlier = before.get(name) ?? { busy: 0, whole: 0 };
    const passed = whole - earlier.whole;
    return passed <= 0 ? 0 : Math.min(100, ((busy - earlier.busy) / passed) * 100);
  });
  return Math.max(0, ...loads);
}

function processors(): Counters {
  let [busy, whole] = [0, 0];
  for (const { times } of cpus()) {
    const all = times.user + times.nice + times.sys + times.irq + times.idle;
    whole += all;
    busy += all - times.idle;
  }
  return new Map([["all", { busy, whole }]]);
}

const VIRTUAL = /^(?:loop|ram|zram)/;
/** Where Linux says for how many milliseconds a device had work: the tenth number. */
const BUSY_FIELD = 9;

async function disks(): Promise<Counters> {
  const names = (await readdir("/sys/block").catch(() => [])).filter((name) => !VIRTUAL.test(name));
  if (names.length === 0) throw new Error("this system does not tell how busy its disks are");
  const whole = performance.now();
  const pairs = await Promise.all(
    names.map(async (name) => {
      const fields = (await readFile(`/sys/block/${name}/stat`, "utf8")).trim().split(/\s+/);
      return [name, { busy: Number(fields[BUSY_FIELD] ?? 0), whole }] as const;
    }),
  );
  return new Map(pairs);
}
